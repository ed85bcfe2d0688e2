/** Dockerfiles: instructions over continued lines; secrets in ARG and ENV, and what RUN runs. */
import { shown, type Sink } from '../hit.ts';
import { isPlaceholder } from '../names.ts';
import { commandRules } from './commands.ts';
import { variableRules } from './variables.ts';
import { addressRules } from './addresses.ts';

interface Instruction {
  readonly name: string;
  /** Offset of what follows the name. */
  readonly from: number;
  readonly to: number;
}

const MAX_INSTRUCTIONS = 20_000;
const MAX_HEREDOCS = 200;

/** Instructions with their bodies; heredocs of RUN belong to it. */
function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let left = MAX_HEREDOCS;
  let at = 0;
  while (at < text.length && found.length < MAX_INSTRUCTIONS) {
    const head = /[ \t]*(#[^\n]*|[A-Za-z]+)?/y;
    head.lastIndex = at;
    const word = head.exec(text)?.[1] ?? '';
    const from = head.lastIndex;
    let end = lineEnd(text, at);
    if (word === '' || word.startsWith('#')) {
      at = end + 1;
      continue;
    }
    // a comment or an empty line inside a continued instruction does not end it
    while (isContinued(text, at, end) && end < text.length) {
      at = end + 1;
      end = lineEnd(text, at);
    }
    for (const match of text.slice(from, Math.min(end, from + 2000)).matchAll(/<<-?(["']?)([A-Za-z_]\w{0,60})\1/g)) {
      // a heredoc that nobody closes is sought a few times only
      if (left-- <= 0) break;
      const close = new RegExp(`^[\\t ]*${match[2] ?? ''}[\\t ]*\\r?$`, 'm').exec(text.slice(end + 1, end + 200_000));
      if (close !== null) end = lineEnd(text, end + 1 + close.index);
    }
    found.push({ name: word.toUpperCase(), from, to: end });
    at = end + 1;
  }
  return found;
}

function lineEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  return feed < 0 ? text.length : feed;
}

function isContinued(text: string, from: number, end: number): boolean {
  let last = end - 1;
  while (last >= from && /[\s]/.test(text[last] ?? '')) last--;
  if (last >= from && (text[last] === '\\' || text[last] === '`')) return true;
  const first = text.slice(from, Math.min(end, from + 200)).trimStart();
  return (
    first.startsWith('#') && from > 0 && text[from - 1] === '\n' && end < text.length && isContinuedBefore(text, from)
  );
}

function isContinuedBefore(text: string, from: number): boolean {
  let last = from - 1;
  while (last >= 0 && /\s/.test(text[last] ?? '')) last--;
  return text[last] === '\\';
}

/** facts/code: names that end so hold secrets (Docker's build check SecretsUsedInArgOrEnv). */
const SECRET_END = /(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY|SECRET_KEY|CREDENTIALS)$/i;

export function dockerRules(text: string, sink: Sink): void {
  const instructions = instructionsOf(text);
  const used = usedIn(text, instructions);
  for (const { name, from, to } of instructions) {
    const body = text.slice(from, to);
    if (name === 'RUN')
      commandRules(withoutFlags(body), from, { builds: true, secrets: false, ci: false, script: true }, sink);
    else if (name === 'ENV' || name === 'ARG') {
      for (const one of assignmentsIn(body, from, name === 'ENV')) variable(one, name, used, sink);
    } else if (/^(?:CMD|ENTRYPOINT|HEALTHCHECK)$/.test(name)) {
      commandRules(
        withoutFlags(body).replaceAll(/["[\],]/g, ' '),
        from,
        { builds: false, secrets: false, ci: false, script: true },
        sink,
      );
    }
  }
}

/** `RUN --mount=… cmd`, and the line breaks of heredocs; same length, so that places stay right. */
function withoutFlags(body: string): string {
  const flags = /^(?:\s*--[a-z]+(?:=\S*)?)+/.exec(body)?.[0] ?? '';
  const rest = body.slice(flags.length);
  // the shell inside a heredoc, and a comment line inside a continued command
  const opened = rest.replace(/^(\s*)<<-?(["']?)[A-Za-z_]\w{0,60}\2/, (all) => ' '.repeat(all.length));
  return (
    ' '.repeat(flags.length) +
    opened
      .replaceAll(
        /\\(\r?\n)([ \t]*#[^\n]*\n)/g,
        (_, feed: string, comment: string) => `\\${feed}${' '.repeat(comment.length - 1)}\n`,
      )
      .replaceAll(/\\(\r?\n)[ ]+\n/g, (all) => `${' '.repeat(Math.max(0, all.length - 2))}\\\n`)
  );
}

interface Assignment {
  readonly name: string;
  readonly value: string | undefined;
  readonly at: number;
}

function assignmentsIn(body: string, base: number, legacy: boolean): readonly Assignment[] {
  const old = legacy ? /^\s+([A-Za-z_]\w{0,200})[ \t]+([^=\s][^\n]*)/.exec(body) : null;
  if (old !== null && !/^\s+[A-Za-z_]\w*=/.test(body)) {
    return [{ name: old[1] ?? '', value: (old[2] ?? '').trim(), at: base + body.indexOf(old[2] ?? '') }];
  }
  const found: Assignment[] = [];
  for (const match of body.matchAll(
    /([A-Za-z_][A-Za-z0-9_]{0,200})(?:=("(?:[^"\\]|\\[\s\S])*"|'[^']*'|(?:[^\s"'\\]|\\.)*))?(?=\s|$)/g,
  )) {
    const raw = match[2];
    const value = raw?.replace(/^(["'])([\s\S]*)\1$/, '$2');
    found.push({
      name: match[1] ?? '',
      value,
      at: base + match.index + (raw === undefined ? 0 : match[0].length - raw.length),
    });
  }
  return found;
}

/** Names that RUN instructions use, each with the last place. */
function usedIn(text: string, instructions: readonly Instruction[]): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const { name, from, to } of instructions) {
    if (name !== 'RUN') continue;
    for (const found of text.slice(from, to).matchAll(/\$\{?([A-Za-z_]\w{0,200})/g))
      used.set(found[1] ?? '', from + found.index);
  }
  return used;
}

function variable(one: Assignment, instruction: string, used: ReadonlyMap<string, number>, sink: Sink): void {
  const { name, value, at } = one;
  if (value !== undefined) {
    variableRules({ name, value, at }, sink);
    addressRules({ text: value, at }, sink);
  }
  if (!SECRET_END.test(name)) return;
  const isLiteral = value !== undefined && value !== '' && !isPlaceholder(value) && !/^\/|\$/.test(value);
  if (isLiteral) {
    sink({ rule: 'code.secret.docker-arg', at, seen: `${instruction} ${shown(name)} with a literal value` });
  } else if (instruction === 'ARG' && (used.get(name) ?? -1) > at) {
    sink({ rule: 'code.secret.docker-arg', at, seen: `ARG ${shown(name)} used in RUN`, severity: 'medium' });
  }
}
