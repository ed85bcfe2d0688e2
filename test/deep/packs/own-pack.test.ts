/** Our own checks: all load, all examples hold, and every misspelt path is refused with its place. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { isArray, isObject, type Json, type JsonObject } from '../../../src/model/json.ts';
import { readCheck } from '../../../src/packs/check-file.ts';
import { packFromJson, packToJson } from '../../../src/packs/pack.ts';
import { problemText } from '../../../src/packs/problem.ts';
import { selectChecks } from '../../../src/packs/select.ts';
import type { YamlFile } from '../../../src/packs/yaml.ts';
import { CHECKS, ownPack } from '../../support/packs.ts';

const FILES = globSync('**/*.yaml', { cwd: CHECKS }).filter(
  (path) => !/^(?:detectors|profiles|frameworks)\//.test(path),
);

test('every file of checks/ loads and every example has the outcome that it says', async () => {
  const { reading } = await ownPack();

  assert.deepEqual(reading.problems.map(problemText), []);
  assert.ok(reading.pack.checks.length >= 60, 'fewer than 60 checks');
});

test('every check has examples that pass, fail and cannot tell, and one that does not apply where it has a when', async () => {
  const { reading } = await ownPack();

  assert.deepEqual(reading.warnings.map(problemText), []);
});

test('a check lies in the folder of its group', () => {
  for (const path of FILES) {
    assert.equal(path, `${basename(path).split('.')[0] ?? ''}/${basename(path)}`);
  }
});

test('the pack of the build is the pack of the files', async () => {
  const { reading } = await ownPack();

  assert.deepEqual(packFromJson(packToJson(reading.pack)), reading.pack);
});

test('every check runs under some profile, most of them under the default one', async () => {
  const { reading } = await ownPack();
  const { pack } = reading;
  const under = (...profiles: readonly string[]): ReadonlySet<string> =>
    new Set(selectChecks(pack, { checks: [], skip: [], profiles }).map(({ id }) => id));

  const reachable = under(...pack.profiles.map(({ id }) => id));
  const usual = under();

  const unreachable = pack.checks.filter(({ id, deep }) => !reachable.has(id) && deep !== true).map(({ id }) => id);
  assert.deepEqual(unreachable, []);
  assert.ok(usual.size > pack.checks.length * 0.9, `the default profile selects ${String(usual.size)}`);
});

/** The files of checks as the loader read them; a test changes the value and keeps the places. */
async function files(): Promise<readonly YamlFile[]> {
  const { reading } = await ownPack();
  return [...reading.files.values()].filter(({ name }) => !name.includes('detectors'));
}

const PATH_KEYS = new Set(['path', 'every', 'some', 'subject', 'location', 'waiver']);

/** Where in a check's value the paths into facts stand. */
function pathPlaces(value: Json, place: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (isArray(value)) return value.flatMap((item, index) => pathPlaces(item, [...place, index]));
  if (!isObject(value)) return PATH_KEYS.has(String(place.at(-1))) && typeof value === 'string' ? [place] : [];
  return Object.entries(value).flatMap(([key, member]) =>
    place.length === 0 && (key === 'examples' || key === 'references') ? [] : pathPlaces(member, [...place, key]),
  );
}

function changed(value: Json, place: readonly (string | number)[], change: (value: Json) => Json | undefined): Json {
  const [step, ...rest] = place;
  if (step === undefined) return change(value) ?? null;
  if (isArray(value)) return value.map((item, index) => (index === step ? changed(item, rest, change) : item));
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    if (key !== step) return [[key, member]];
    if (rest.length > 0) return [[key, changed(member, rest, change)]];
    const next = change(member);
    return next === undefined ? [] : [[key, next]];
  });
  return Object.fromEntries(members);
}

test('each path of each check, misspelt at its end or its beginning, is a load error at its place', async () => {
  const { schemas } = await ownPack();
  let spoilt = 0;
  for (const file of await files()) {
    for (const place of pathPlaces(file.value)) {
      // By turns, so that half the work shows both
      const misspell = (path: string): string =>
        spoilt % 2 === 0 ? `zz${path}` : path.slice(0, -1) + (path.endsWith('q') ? 'z' : 'q');
      const value = changed(file.value, place, (path) => (typeof path === 'string' ? misspell(path) : path));
      const { problems } = readCheck({ ...file, value }, schemas);
      const at = file.at(place);
      const there = problems.some(({ line, column }) => line === at.line && column === at.column);
      assert.ok(there, `${file.name}: ${place.join('.')}: ${problems.map(problemText).join('\n')}`);
      spoilt += 1;
    }
  }
  assert.ok(spoilt > 400, `only ${String(spoilt)} paths were tried`);
});

test('without its reference, an example that passes or fails, or an onEmpty, a check is refused', async () => {
  const { schemas } = await ownPack();
  const onEmptyPlaces = (value: Json, place: readonly (string | number)[] = []): (readonly (string | number)[])[] => {
    if (isArray(value)) return value.flatMap((item, index) => onEmptyPlaces(item, [...place, index]));
    if (!isObject(value)) return place.at(-1) === 'onEmpty' ? [place] : [];
    return Object.entries(value).flatMap(([key, member]) => onEmptyPlaces(member, [...place, key]));
  };
  for (const file of await files()) {
    const { assert: assertion, examples } = file.value as JsonObject;
    const isManual = isObject(assertion) && Object.hasOwn(assertion, 'manual');
    const without = (status: string): Json => ({
      ...(file.value as JsonObject),
      examples: (examples as JsonObject[]).filter(
        ({ expect }) => expect !== status && !(isObject(expect) && Object.values(expect).includes(status)),
      ),
    });
    const spoilt = [
      changed(file.value, ['references'], () => undefined),
      changed(file.value, ['references'], () => []),
      changed(file.value, ['examples'], () => undefined),
      ...(isManual ? [] : [without('pass'), without('fail')]),
      ...onEmptyPlaces(file.value).map((place) => changed(file.value, place, () => undefined)),
    ];
    for (const value of spoilt) assert.ok(readCheck({ ...file, value }, schemas).problems.length > 0, file.name);
  }
});
