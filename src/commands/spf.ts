/** `probity spf check`: evaluates SPF for one mail, or for many on standard input, in their order. */
import type { Arguments } from '../config/arguments.ts';
import { UsageError } from '../model/fault.ts';
import type { IO } from '../model/io.ts';
import type { SpfMail, SpfOutcome } from '../collectors/dns/spf/evaluate.ts';
import { parseAddress } from '../wire/dns/address.ts';
import type { CommandContext } from './context.ts';

/** Mails evaluated at once in a batch. */
const AT_ONCE = 48;

type Dns = IO['dns'];

interface Question extends SpfMail {
  readonly id?: unknown;
  readonly resolver?: string;
}

export async function spf(
  args: Arguments,
  context: Pick<CommandContext, 'stdout'>,
  input: AsyncIterable<Uint8Array | string> = process.stdin,
): Promise<number> {
  const [what, extra] = args.positionals;
  if (what !== 'check' || extra !== undefined) throw new UsageError('spf takes one word: probity spf check');
  const evaluate = await evaluator(args);
  if (args.flags['batch'] === true) {
    for (const name of ['ip', 'sender', 'helo']) {
      if (args.flags[name] !== undefined) throw new UsageError(`--${name} stands in the lines of --batch`);
    }
    await batch(input, context, evaluate);
    return 0;
  }
  const mail = {
    ip: required(args, 'ip'),
    sender: required(args, 'sender'),
    helo: required(args, 'helo'),
  };
  const { result, explanation } = await evaluate(checked(mail, '--ip'));
  context.stdout(`${JSON.stringify({ result, explanation })}\n`);
  return 0;
}

function required(args: Arguments, name: string): string {
  const value = args.flags[name];
  if (typeof value !== 'string')
    throw new UsageError(`--${name} is missing: probity spf check --ip IP --sender ADDR --helo NAME`);
  return value;
}

type Evaluate = (question: Question) => Promise<SpfOutcome>;

/** One DNS client for each resolver that a question names; answers are shared between questions. */
async function evaluator(args: Arguments): Promise<Evaluate> {
  const { createDnsClient } = await import('../engine/io/dns.ts');
  const { parseServer } = await import('../engine/io/dns-server.ts');
  const { evaluateOver } = await import('../collectors/dns/spf/resolve.ts');
  const { signal } = new AbortController();
  const clients = new Map<string, Dns>();
  const given = args.flags['resolver'];
  const named = Array.isArray(given) ? given.map(String) : [];
  const timeoutMs = typeof args.flags['timeout'] === 'number' ? args.flags['timeout'] : 10_000;
  const clientFor = (resolvers: readonly string[]): Dns => {
    const key = resolvers.join(' ');
    const known = clients.get(key);
    if (known !== undefined) return known;
    for (const resolver of resolvers) {
      try {
        parseServer(resolver);
      } catch {
        throw new UsageError(`--resolver ${JSON.stringify(resolver)} is not IP or IP:port`);
      }
    }
    const client = createDnsClient({
      resolvers,
      connectTo: [],
      allowPrivate: false,
      timeoutMs,
      concurrency: AT_ONCE,
      rate: 0,
      maxConnections: 8,
    });
    const dns: Dns = (request) => client.ask(request, signal);
    clients.set(key, dns);
    return dns;
  };
  return (question) => evaluateOver(question, clientFor(question.resolver === undefined ? named : [question.resolver]));
}

/** Evaluates a bounded number of lines at once and prints the answers in the order of the lines. */
async function batch(
  input: AsyncIterable<Uint8Array | string>,
  context: Pick<CommandContext, 'stdout'>,
  evaluate: Evaluate,
): Promise<void> {
  const under: { id: unknown; outcome: Promise<SpfOutcome> }[] = [];
  const print = async () => {
    const first = under.shift();
    if (first === undefined) return;
    const { result, explanation } = await first.outcome;
    context.stdout(`${JSON.stringify({ id: first.id, result, explanation })}\n`);
  };
  let number = 0;
  try {
    for await (const line of linesOf(input)) {
      number += 1;
      if (line.trim() === '') continue;
      const question = parseLine(line, number);
      const outcome = evaluate(question);
      // a failure is thrown where the line is printed; until then nobody waits for it
      outcome.catch(() => undefined);
      under.push({ id: question.id ?? null, outcome });
      if (under.length >= AT_ONCE) await print();
    }
  } finally {
    // a line that is no question takes no answer from those before it
    while (under.length > 0) await print();
  }
}

const MAX_LINE = 1 << 20;

/** The lines of JSON Lines: only a line feed ends one, for a text inside may hold any other separator. */
async function* linesOf(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open = '';
  for await (const chunk of input) {
    const lines = (open + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    open = lines.pop() ?? '';
    yield* lines;
    if (open.length > MAX_LINE)
      throw new UsageError(`a line of the batch is longer than ${String(MAX_LINE)} characters`);
  }
  if (open !== '') yield open;
}

function parseLine(line: string, number: number): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UsageError(`line ${String(number)} of the batch is no JSON`, { cause: error });
  }
  const fields: { readonly [key: string]: unknown } = typeof value === 'object' && value !== null ? { ...value } : {};
  const text = (name: string): string => {
    const field = fields[name];
    if (typeof field !== 'string') throw new UsageError(`line ${String(number)} of the batch has no text "${name}"`);
    return field;
  };
  const mail = { id: fields['id'], ip: text('ip'), sender: text('sender'), helo: text('helo') };
  const question = fields['resolver'] === undefined ? mail : { ...mail, resolver: text('resolver') };
  return checked(question, `line ${String(number)}: ip`);
}

function checked(question: Question, where: string): Question {
  if (parseAddress(question.ip) === undefined) {
    throw new UsageError(`${where} ${JSON.stringify(question.ip)} is no IP address`);
  }
  // RFC 5321 §4.1.2: a reverse-path stands in angle brackets, also the empty one of a bounce
  const sender = question.sender.replace(/^<([^<>]*)>$/, '$1');
  return { ...question, sender, time: Math.floor(Date.now() / 1000) };
}
