/** `probity explain CHECK`: what a check demands and why, its clause, its condition in words, how to mend it. */
import type { Arguments, FlagValue } from '../config/arguments.ts';
import type { Check, Example, Expr, Reference } from '../model/check.ts';
import type { DetectorFile } from '../model/detector.ts';
import { UsageError } from '../model/fault.ts';
import { type Framework, mappingOf } from '../model/framework.ts';
import { isArray, isObject, type Json } from '../model/json.ts';
import { didYouMean } from '../model/nearest.ts';
import { expressionWords, lines, subjectWords } from '../packs/condition.ts';
import { type FactMeaning, glossary } from '../packs/glossary.ts';
import { joinPacks, type Profile } from '../packs/pack.ts';
import { profileKeys } from '../packs/select.ts';
import { fit, wrap } from '../report/columns.ts';
import { type Palette, palette } from '../report/paint.ts';
import { visible } from '../report/visible.ts';
import type { CommandContext } from './context.ts';
import { allPacks, collectorSchemas } from './packs.ts';

export interface ControlOf {
  readonly framework: string;
  readonly name: string;
  readonly id: string;
  readonly label: string;
}

export async function explain(args: Arguments, context: CommandContext): Promise<number> {
  const [id, extra] = args.positionals;
  if (id === undefined) throw new UsageError('explain which check? See "probity list checks"');
  if (extra !== undefined) throw new UsageError(`explain takes one check, not also "${extra}"`);
  const pack = joinPacks(await allPacks(context, texts(args.flags['checksDir'])));
  const check = pack.checks.find((known) => known.id === id);
  if (check === undefined) {
    const ids = pack.checks.map((known) => known.id);
    throw new UsageError(`there is no check "${id}"${didYouMean(id, ids)}`);
  }
  const controls = controlsOf(check, pack.frameworks);
  const detector = pack.detectors.find((file) => `secret.${file.detector.id}` === check.id);
  const meanings = detector === undefined ? glossary(check, await collectorSchemas(check.needs)) : [];
  if (args.flags['json'] === true) {
    context.stdout(`${JSON.stringify({ schema: 'explain/1', ...check, facts: meanings, controls }, null, 2)}\n`);
  } else {
    context.stdout(
      explanation(
        check,
        { controls, meanings, detector, profiles: pack.profiles },
        context.isTTY ? context.columns : 100,
        palette(context.color),
      ),
    );
  }
  return 0;
}

function texts(value: FlagValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}

/** The controls of all frameworks on which a check bears. */
export function controlsOf(check: Check, frameworks: readonly Framework[]): readonly ControlOf[] {
  return frameworks.flatMap((framework) => {
    const indexes = mappingOf(framework)(check.id);
    return framework.controls
      .filter((_, index) => indexes.includes(index))
      .map((control) => ({ framework: framework.id, name: framework.name, id: control.id, label: control.label }));
  });
}

/** What is known of a check beside its file. */
export interface About {
  readonly controls: readonly ControlOf[];
  readonly meanings: readonly FactMeaning[];
  readonly profiles: readonly Profile[];
  /** Of a check that was made of a detector. */
  readonly detector?: DetectorFile | undefined;
}

/** The whole explanation as text of a width. */
export function explanation(check: Check, about: About, width: number, paint: Palette): string {
  const room = Math.min(Math.max(width, 60), 100);
  const parts: string[][] = [
    [`${paint.bold(check.id)}  ${severityPaint(check, paint)}`, ...wrap(visible(check.title), room)],
  ];
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) parts.push([paint.bold(title), ...body.map((line) => (line === '' ? '' : `  ${line}`))]);
  };
  section('Why', paragraphs(check.description ?? '', room));
  section('Clause', check.references.map(referenceText));
  section('Judged', wrap(`${subjectWords(check)}; seen by the collector ${check.needs.join(' and ')}`, room - 2));
  if (about.detector === undefined) conditionSections(check, room, section);
  else section('Finds', detectorLines(about.detector, room));
  section('By profile', operandLines(check, about.profiles, room));
  section('What these facts are', meaningLines(about.meanings, room));
  section('To mend it', paragraphs(check.remediation, room));
  section(
    'Examples',
    about.detector === undefined ? exampleLines(check.examples, room) : textLines(about.detector, room),
  );
  section('Bears on', controlLines(about.controls, room));
  if (check.deep === true) section('Deep', ['runs only when --checks or a profile names it']);
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function conditionSections(
  check: Check,
  room: number,
  section: (title: string, body: readonly string[]) => void,
): void {
  const condition = (expr: Expr): readonly string[] => wrapped(lines(expressionWords(expr)), room);
  const { when, manualWhen, assert } = check;
  if (when !== undefined) section('Asked only where', condition(when));
  if (manualWhen !== undefined) {
    const question = wrap(`Question: ${visible(manualWhen.manual)}`, room - 2);
    section('A person must look where', [...condition(manualWhen.when), ...question]);
  }
  if ('manual' in assert) section('A person answers', wrap(visible(assert.manual), room - 2));
  else section('Passes where', condition(assert));
  section(
    'Severity differs where',
    (check.severityWhen ?? []).flatMap((rule) => {
      const [first = '', ...rest] = lines(expressionWords(rule.when));
      return wrapped([`${rule.severity}: ${first}`, ...rest], room);
    }),
  );
}

function detectorLines({ detector }: DetectorFile, room: number): string[] {
  const { keywords, pattern, context, uri, files, entropy, checksum, structure, allow } = detector;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['near', keywords.join(', ')],
    ['pattern', pattern],
    ['value', context?.value],
    ['address', uri?.schemes.map((scheme) => `${scheme}://`).join(', ')],
    ['in files', files],
    ['entropy', entropy === undefined ? undefined : `more than ${String(entropy)} bits a character`],
    ['checked by', [checksum, structure].filter((name) => name !== undefined).join(', ')],
    ['never', [...(allow?.values ?? []), ...(allow?.lines ?? []), ...(allow?.paths ?? [])].join('  ')],
  ];
  return rows.flatMap(([name, text]) => {
    if (text === undefined || text === '') return [];
    return wrap(visible(text), room - 14).map((line, index) => `${(index === 0 ? name : '').padEnd(11)} ${line}`);
  });
}

/** Templates, not values: what stands for random letters is `@{...}`. */
function textLines({ examples }: DetectorFile, room: number): string[] {
  const rows = [
    ...examples.positive.map(({ text }) => ['found', text] as const),
    ...examples.negative.map(({ text }) => ['not found', text] as const),
  ];
  return rows.map(([outcome, text]) => fit(`${outcome.padEnd(11)} ${visible(text)}`, room - 2));
}

/** The operands that profiles give to a check. */
function operandLines(check: Check, profiles: readonly Profile[], room: number): string[] {
  return [...profileKeys(check)].flatMap((key) => {
    const having = profiles.filter(({ data }) => Object.hasOwn(data ?? {}, key));
    const width = Math.max(0, ...having.map(({ id }) => id.length));
    return having.map(({ id, data }) => fit(`${id.padEnd(width)}  ${key} ${compact(data?.[key] ?? null)}`, room - 2));
  });
}

function meaningLines(meanings: readonly FactMeaning[], room: number): string[] {
  const width = Math.min(32, Math.max(0, ...meanings.map(({ path }) => path.length)));
  return meanings.flatMap(({ path, meaning }) => {
    const texts = wrap(visible(meaning), room - width - 4);
    if (path.length > width) return [path, ...texts.map((text) => `${' '.repeat(width)}  ${text}`)];
    return texts.map((text, index) => `${(index === 0 ? path : '').padEnd(width)}  ${text}`);
  });
}

/** Running text: the line ends of the file mean nothing, an empty line begins a paragraph. */
function paragraphs(text: string, room: number): string[] {
  const found = text
    .trim()
    .split(/\n[ \t]*\n/)
    .filter((paragraph) => paragraph !== '');
  return found.flatMap((paragraph, index) => [
    ...(index === 0 ? [] : ['']),
    ...wrap(visible(paragraph.replace(/\s+/g, ' ')), room - 2),
  ]);
}

function severityPaint(check: Check, paint: Palette): string {
  const text = `${check.severity}, version ${String(check.version)}`;
  if (check.severity === 'critical' || check.severity === 'high') return paint.red(text);
  return check.severity === 'medium' ? paint.yellow(text) : paint.dim(text);
}

function wrapped(texts: readonly string[], room: number): string[] {
  return texts.flatMap((text) => {
    const indent = /^[ -]*/.exec(text)?.[0] ?? '';
    return wrap(text.slice(indent.length), room - 2 - indent.length).map((line, index) =>
      index === 0 ? indent + line : ' '.repeat(indent.length) + line,
    );
  });
}

export function referenceText(reference: Reference): string {
  const section = reference.section === undefined ? '' : ` §${reference.section.replace(/^§/, '')}`;
  return `${reference.spec}${section}${reference.url === undefined ? '' : `  ${reference.url}`}`;
}

/** Outcome and title on one line, the facts below it; of long facts the beginning. */
function exampleLines(examples: readonly Example[], room: number): string[] {
  return examples.flatMap(({ expect, title, facts }) => {
    const outcomes =
      typeof expect === 'string' ? [expect] : Object.entries(expect).map(([name, status]) => `${name}: ${status}`);
    const head = `${outcomes.join(', ')}${title === undefined ? '' : ` (${title})`}`;
    const texts = wrap(visible(compact(facts)), room - 6);
    const shown = texts.length > MAX_EXAMPLE_LINES ? [...texts.slice(0, MAX_EXAMPLE_LINES - 1), '…'] : texts;
    return [...wrap(visible(head), room - 2), ...shown.map((line) => `    ${line}`)];
  });
}

const MAX_EXAMPLE_LINES = 6;

/** JSON without the quotes around names that a person does not need. */
export function compact(value: Json): string {
  if (isArray(value)) return `[${value.map(compact).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => {
    const name = /^[A-Za-z_$][A-Za-z0-9_]*$/.test(key) ? key : JSON.stringify(key);
    return `${name}: ${compact(member)}`;
  });
  return `{${members.join(', ')}}`;
}

/** Control ids, one line a framework. */
function controlLines(controls: readonly ControlOf[], room: number): string[] {
  const byFramework = Map.groupBy(controls, ({ framework }) => framework);
  const width = Math.max(0, ...[...byFramework.keys()].map((id) => id.length));
  return [...byFramework].flatMap(([id, found]) => {
    const text = found.map((control) => `${control.id} ${control.label}`).join('; ');
    return wrap(text, room - width - 4).map((line, index) => `${(index === 0 ? id : '').padEnd(width)}  ${line}`);
  });
}
