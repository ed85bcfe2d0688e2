/** Walks the import statements of src/ and refuses those that break the layers of the architecture. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

interface Layer {
  readonly may: readonly string[];
  readonly why: string;
}

/** Folder of src/ to what it may import: other folders, `node:*`, `node:NAME` or a package's name. */
const LAYERS: { readonly [folder: string]: Layer } = {
  model: { may: [], why: 'the vocabulary imports nothing, so everybody can import it' },
  pattern: { may: [], why: 'the pattern language is pure: who writes patterns and who runs them share it' },
  judge: { may: ['model'], why: 'judging is pure: no clock, no file, no socket, no package' },
  packs: {
    may: ['model', 'judge', 'pattern', 'wire/toml.ts', 'yaml', 'ajv', 'node:fs', 'node:path', 'node:crypto'],
    why: 'checks are data; they know no collector',
  },
  config: {
    may: [
      'model',
      'packs',
      'yaml',
      'ajv',
      'node:fs',
      'node:path',
      'node:os',
      'node:net',
      'node:url',
      'node:util',
      'node:crypto',
    ],
    why: 'configuration is read before anything is observed',
  },
  wire: { may: ['model', 'node:crypto', 'node:zlib'], why: 'codecs are pure: bytes in, values out' },
  collectors: {
    may: ['model', 'wire', 'pattern', 'node:crypto'],
    why: 'a collector reaches the world through IO only',
  },
  engine: {
    may: ['model', 'wire', 'collectors/index.ts', 'node:*', '@aws-sdk', '@smithy'],
    why: 'the engine observes and stores; it does not judge',
  },
  lab: { may: ['model', 'wire', 'node:*'], why: 'the lab is the world outside: it shares only codecs with us' },
  assurance: { may: ['model', 'judge', 'node:crypto'], why: 'assurance works on results, not on observations' },
  report: { may: ['model', 'handlebars'], why: 'a report is a pure function of a run' },
};

/** Files that are allowed more, each with its reason. */
const EXCEPTIONS: { readonly [file: string]: readonly string[] } = {
  'collectors/code/rules/yaml.ts': ['yaml'],
  'collectors/brand/collector.ts': ['node:url'],
  'collectors/http/html.ts': ['parse5'],
  'collectors/http/pages/read-html.ts': ['parse5'],
  'collectors/http/csp-bypass.ts': ['csp_evaluator'],
  'collectors/secrets/work.ts': ['node:fs', 'node:path'],
  'collectors/secrets/worker.ts': ['node:worker_threads'],
  'collectors/secrets/flags.ts': ['node:v8'],
  'collectors/secrets/pool.ts': ['node:worker_threads', 'node:os', 'node:timers', 'node:url'],
};

function importsOf(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/g,
  )) {
    found.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return found;
}

/** The breaches of one file, as sentences. */
function breaches(file: string, text: string): string[] {
  const folder = file.split('/')[0] ?? '';
  const layer = LAYERS[folder];
  const bad: string[] = [];
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const to = normalize(join(dirname(file), specifier));
      if (/^(cli|commands\/)/.test(to) && !/^(cli|commands\/|index)/.test(file)) {
        bad.push(`${file} imports ${to}: nothing imports the command line`);
      }
      if (to.startsWith('lab/') && folder !== 'lab' && file !== 'commands/demo.ts') {
        bad.push(`${file} imports ${to}: only the demo and the tests use the lab`);
      }
      if (layer === undefined) continue;
      const toFolder = to.split('/')[0] ?? '';
      if (folder === 'collectors' && toFolder === 'collectors') {
        const own = file.split('/')[1];
        if (file !== 'collectors/index.ts' && to.split('/')[1] !== own)
          bad.push(`${file} imports ${to}: collectors do not know each other`);
        continue;
      }
      if (toFolder === folder || layer.may.includes(toFolder) || layer.may.includes(to)) continue;
      bad.push(`${file} imports ${to}: ${layer.why}`);
      continue;
    }
    if (layer === undefined) continue;
    const name = specifier.startsWith('@')
      ? specifier.split('/').slice(0, 2).join('/')
      : (specifier.split('/')[0] ?? '');
    if (builtinModules.includes(specifier)) bad.push(`${file} imports ${specifier} without node:`);
    const allowed = [...layer.may, ...(EXCEPTIONS[file] ?? [])];
    if (allowed.includes(specifier) || allowed.includes(name)) continue;
    if (specifier.startsWith('node:') && allowed.includes('node:*')) continue;
    if (
      name.startsWith('@aws-sdk/') &&
      (allowed.includes('@aws-sdk') || /^collectors\/aws\/(?!schema|interpret)/.test(file))
    )
      continue;
    if (name.startsWith('@smithy/') && allowed.includes('@smithy')) continue;
    bad.push(`${file} imports ${specifier}: ${layer.why}`);
  }
  return bad;
}

test('every import in src/ keeps to the layers', () => {
  const files = globSync('**/*.ts', { cwd: SRC }).map((file) => file.replaceAll('\\', '/'));

  const bad = files.flatMap((file) => breaches(file, readFileSync(join(SRC, file), 'utf8')));

  assert.ok(files.length > 10, `too few files found under ${relative(process.cwd(), SRC)}`);
  assert.deepEqual(bad, []);
});

test('a planted breach is named with the reason of the rule', () => {
  assert.deepEqual(breaches('judge/x.ts', "import { readFileSync } from 'node:fs';"), [
    'judge/x.ts imports node:fs: judging is pure: no clock, no file, no socket, no package',
  ]);
  assert.deepEqual(
    breaches('collectors/dns/x.ts', "import { connect } from 'node:net';\nimport { y } from '../tls/y.ts';"),
    [
      'collectors/dns/x.ts imports node:net: a collector reaches the world through IO only',
      'collectors/dns/x.ts imports collectors/tls/y.ts: collectors do not know each other',
    ],
  );
  assert.deepEqual(breaches('report/x.ts', "const m = await import('../engine/plan.ts');"), [
    'report/x.ts imports engine/plan.ts: a report is a pure function of a run',
  ]);
  assert.deepEqual(breaches('engine/x.ts', "import { lab } from '../lab/dns.ts';").length, 2);
});
