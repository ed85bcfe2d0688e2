/** checks/detectors/*.yaml → detectors, the checks that report them, and the bytes in which they travel to the scanner. */
import { canonicalJson } from '../model/canonical.ts';
import { SEVERITIES, type Check, type Reference } from '../model/check.ts';
import type { Detector, DetectorExample, DetectorFile, GitleaksAllow } from '../model/detector.ts';
import { byCodeUnit, type Json } from '../model/json.ts';
import { prefixesOf, riskOf, tokenLengthOf } from '../pattern/measure.ts';
import { parsePattern, PatternError } from '../pattern/parse.ts';
import { DETECTOR_SHAPE } from './detector-shape.ts';
import { generate, GeneratorError } from './generate.ts';
import type { Problem } from './problem.ts';
import { shapeProblems } from './shape-errors.ts';
import type { Path, YamlFile } from './yaml.ts';

/** A detector as it is written, after its shape was found good. */
interface Written extends Omit<Detector, 'keywords' | 'fixed'> {
  readonly keywords?: readonly string[];
  readonly fixed?: boolean;
  readonly description?: string;
  readonly references: readonly Reference[];
  readonly remediation?: string;
  readonly examples: {
    readonly positive: readonly (string | DetectorExample)[];
    readonly negative: readonly (string | DetectorExample)[];
  };
}

export interface DetectorReading {
  /** Both missing where the file has problems. */
  readonly detector?: DetectorFile;
  readonly check?: Check;
  readonly problems: readonly Problem[];
}

const REMEDIATION =
  'Revoke the credential at its issuer and issue a new one, kept in a secret manager; then remove it from the file, and rewrite the history where it cannot be revoked.';

const WEAKNESS: Reference = { spec: 'CWE', section: '798', url: 'https://cwe.mitre.org/data/definitions/798.html' };

export function readDetector(file: YamlFile, expectedId?: string): DetectorReading {
  const shape = shapeProblems(DETECTOR_SHAPE, file);
  if (shape.length > 0) return { problems: shape };
  const written = file.value as unknown as Written;
  const problems: Problem[] = [];
  const report = (path: Path, message: string): void => {
    problems.push({ file: file.name, ...file.at(path), message });
  };
  if (expectedId !== undefined && written.id !== expectedId) {
    report(['id'], `id "${written.id}" does not match the file name (${expectedId})`);
  }
  if (written.id === 'none') report(['id'], 'no detector is called none: secret.none is the verdict on the whole tree');
  for (const [path, pattern] of patternsOf(written)) checkPattern(pattern, (message) => report(path, message));
  const { context, uri } = written;
  if (written.pattern === undefined && context === undefined && uri === undefined && written.files === undefined) {
    report([], 'lacks a rule: pattern, context, uri or files');
  }
  const keywords = keywordsOf(written);
  if (written.pattern !== undefined && keywords.length === 0) {
    report(['pattern'], 'lacks keywords, and its pattern has no literal beginning of three characters');
  }
  if (context !== undefined && (context.words ?? written.keywords) === undefined) {
    report(['context'], 'lacks words: one of them stands in the name beside the value');
  }
  for (const kind of ['positive', 'negative'] as const) {
    for (const [index, example] of written.examples[kind].entries()) {
      checkExample(example, (message) => report(['examples', kind, index], message));
    }
  }
  if (problems.length > 0) return { problems };
  const detector = finished(written, keywords);
  return { detector, check: detectorCheck(detector), problems };
}

function* patternsOf(written: Written): Generator<readonly [Path, string]> {
  if (written.pattern !== undefined) yield [['pattern'], written.pattern];
  if (written.files !== undefined) yield [['files'], written.files];
  if (written.context !== undefined) yield [['context', 'value'], written.context.value];
  if (written.context?.also !== undefined) yield [['context', 'also'], written.context.also];
  for (const [index, rule] of (written.lower ?? []).entries()) yield [['lower', index, 'pattern'], rule.pattern];
  const { published: _, ...allow } = written.allow ?? {};
  for (const [kind, patterns] of Object.entries(allow)) {
    for (const [index, pattern] of patterns.entries()) yield [['allow', kind, index], pattern];
  }
}

function checkPattern(pattern: string, report: (message: string) => void): void {
  try {
    const risk = riskOf(parsePattern(pattern).root);
    if (risk !== undefined) report(`this pattern may take too long: ${risk}`);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    report(`${error.message} (at character ${String(error.offset + 1)} of the pattern)`);
  }
}

function checkExample(example: string | DetectorExample, report: (message: string) => void): void {
  try {
    generate(typeof example === 'string' ? example : example.text, '');
  } catch (error) {
    if (!(error instanceof GeneratorError)) throw error;
    report(error.message);
  }
}

/** Without keywords of its own a detector takes the literal beginnings of its pattern. */
function keywordsOf(written: Written): readonly string[] {
  if (written.keywords !== undefined) return written.keywords;
  if (written.uri !== undefined) return ['://'];
  if (written.pattern === undefined) return [];
  try {
    const prefixes = prefixesOf(parsePattern(written.pattern).root).map((prefix) => prefix.toLowerCase());
    return prefixes.some((prefix) => prefix.length < 3) ? [] : [...new Set(prefixes)];
  } catch {
    // the pattern itself was reported
    return [];
  }
}

function finished(written: Written, keywords: readonly string[]): DetectorFile {
  const { description, references, remediation, examples, fixed, keywords: _, ...rule } = written;
  const plain = (example: string | DetectorExample): DetectorExample =>
    typeof example === 'string' ? { text: example } : example;
  const prefixes = rule.pattern === undefined ? [] : prefixesOf(parsePattern(rule.pattern).root);
  const anchored =
    prefixes.length > 0 && prefixes.every((prefix) => keywords.some((word) => prefix.toLowerCase().startsWith(word)));
  return {
    detector: {
      ...rule,
      keywords,
      ...(anchored ? { prefixes, run: tokenLengthOf(parsePattern(rule.pattern ?? '').root) } : {}),
      ...(rule.context === undefined
        ? {}
        : { context: { ...rule.context, shortest: tokenLengthOf(parsePattern(rule.context.value).root) } }),
      fixed: fixed ?? (rule.pattern !== undefined || rule.files !== undefined),
    },
    ...(description === undefined ? {} : { description }),
    references: [...references, ...(references.some((one) => one.spec === 'CWE') ? [] : [WEAKNESS])],
    remediation: remediation ?? REMEDIATION,
    examples: { positive: examples.positive.map(plain), negative: examples.negative.map(plain) },
  };
}

/** The detectors as reference data for the scanner (`io.data('detectors')`); those of public keys only where they are asked for. */
export function detectorData(
  files: readonly DetectorFile[],
  allow: readonly GitleaksAllow[] = [],
  publicToo = false,
): Uint8Array {
  const wanted = files.map((file) => file.detector).filter((detector) => publicToo || detector.public !== true);
  const detectors = wanted.sort((a, b) => byCodeUnit(a.id, b.id));
  return Buffer.from(
    canonicalJson({ schema: 'detectors/1', detectors, ...(allow.length > 0 ? { allow } : {}) } as unknown as Json),
    'utf8',
  );
}

/** One check a detector: every finding is a failing result of its own, silence says nothing (`secret.none` does). */
export function detectorCheck(file: DetectorFile): Check {
  const { detector } = file;
  return {
    id: `secret.${detector.id}`,
    version: 1,
    title: `No ${detector.title} in the tree`,
    severity: detector.severity,
    needs: ['secrets'],
    target: 'source',
    each: {
      path: `findings.${detector.id}`,
      as: 'leak',
      subject: 'leak.file',
      onEmpty: 'silent',
      location: 'leak.location',
      waiver: 'leak.waiver',
      optionalList: true,
    },
    severityWhen: SEVERITIES.filter((severity) => severity !== detector.severity).map((severity) => ({
      when: { path: 'leak.severity', op: 'eq' as const, value: severity },
      severity,
    })),
    references: file.references,
    says: `${detector.title} {leak.excerpt} on line {leak.location.line}`,
    ...(file.description === undefined ? {} : { description: file.description }),
    assert: {
      all: ['leak.excerpt', 'leak.secretId', 'leak.note'].map((path) => ({ path, op: 'absent' as const, value: null })),
    },
    remediation: file.remediation,
    examples: [],
  };
}

/** Runs a scan over a text as if it stood in a file of that path; yields the ids of the detectors that found something. */
export type ScanText = (path: string, text: string) => readonly string[];

export interface ExampleProblem {
  readonly detector: string;
  /** Where in the detector's file the example stands. */
  readonly at: readonly (string | number)[];
  readonly message: string;
}

/** Runs the examples of detector files: what must be found and what must not. */
export function testDetectors(files: readonly DetectorFile[], scan: ScanText): ExampleProblem[] {
  const problems: ExampleProblem[] = [];
  for (const { detector, examples } of files) {
    for (const kind of ['positive', 'negative'] as const) {
      for (const [index, example] of examples[kind].entries()) {
        const text = generate(example.text, `${detector.id} ${kind} ${String(index)}`);
        const found = scan(example.path ?? 'src/config.txt', text).includes(detector.id);
        if (found === (kind === 'positive')) continue;
        const message = `${kind} example ${String(index + 1)} is ${found ? 'found' : 'not found'}`;
        problems.push({ detector: detector.id, at: ['examples', kind, index], message });
      }
    }
  }
  return problems;
}
