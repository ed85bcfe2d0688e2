/** `probity explain CHECK`: what a check demands and why, its clause, its condition in words, how to mend it. */
import type { Arguments, FlagValue } from '../config/arguments.ts';
import type { Check, Example, Reference } from '../model/check.ts';
import { UsageError } from '../model/fault.ts';
import { type Framework, mappingOf } from '../model/framework.ts';
import type { Json } from '../model/json.ts';
import { didYouMean } from '../model/nearest.ts';
import { expressionWords, lines, subjectWords } from '../packs/condition.ts';
import { joinPacks } from '../packs/pack.ts';
import { fit, wrap } from '../report/columns.ts';
import { type Palette, palette } from '../report/paint.ts';
import { visible } from '../report/visible.ts';
import type { CommandContext } from './context.ts';
import { allPacks } from './packs.ts';

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
  if (args.flags['json'] === true) {
    context.stdout(`${JSON.stringify({ schema: 'explain/1', ...check, controls }, null, 2)}\n`);
  } else {
    context.stdout(explanation(check, controls, context.isTTY ? context.columns : 100, palette(context.color)));
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

/** The whole explanation as text of a width. */
export function explanation(check: Check, controls: readonly ControlOf[], width: number, paint: Palette): string {
  const room = Math.min(Math.max(width, 60), 100);
  const parts: string[][] = [
    [`${paint.bold(check.id)}  ${severityPaint(check, paint)}`, ...wrap(visible(check.title), room)],
  ];
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) parts.push([paint.bold(title), ...body.map((line) => `  ${line}`)]);
  };
  section('Why', paragraphs(check.description ?? '', room));
  section('Clause', check.references.map(referenceText));
  section('Judged', wrap(`${subjectWords(check)}; seen by the collector ${check.needs.join(' and ')}`, room - 2));
  if (check.when !== undefined) section('Asked only where', wrapped(lines(expressionWords(check.when)), room));
  if (check.manualWhen !== undefined) {
    section('A person must look where', [
      ...wrapped(lines(expressionWords(check.manualWhen.when)), room),
      ...wrap(`Question: ${check.manualWhen.manual}`, room - 2),
    ]);
  }
  section(
    'Passes where',
    'manual' in check.assert
      ? wrap(`a person answers: ${check.assert.manual}`, room - 2)
      : wrapped(lines(expressionWords(check.assert)), room),
  );
  section(
    'Severity differs where',
    (check.severityWhen ?? []).flatMap((rule) => {
      const [first = '', ...rest] = lines(expressionWords(rule.when));
      return wrapped([`${rule.severity}: ${first}`, ...rest], room);
    }),
  );
  section(
    'To mend it',
    check.remediation
      .trimEnd()
      .split('\n')
      .flatMap((line) => wrap(visible(line), room - 2)),
  );
  section(
    'Examples',
    check.examples.map((example) => fit(exampleText(example), room - 2)),
  );
  section('Bears on', controlLines(controls, room));
  if (check.deep === true) section('Deep', ['runs only when --checks or a profile names it']);
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
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

function exampleText(example: Example): string {
  const { expect } = example;
  const outcome =
    typeof expect === 'string'
      ? expect
      : Object.entries(expect)
          .map(([subject, status]) => `${subject}: ${status}`)
          .join(', ');
  const title = example.title === undefined ? '' : `${example.title}: `;
  return `${outcome.padEnd(15)} ${title}${compact(example.facts)}`;
}

/** JSON without the quotes that a person does not need. */
export function compact(value: Json): string {
  return JSON.stringify(value)
    .replace(/"([A-Za-z_$][A-Za-z0-9_]*)":/g, '$1: ')
    .replaceAll(',', ', ');
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
