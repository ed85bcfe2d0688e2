/** Runs the examples inside a check: each must have the outcome that it says. */
import type { Check, Example, Status } from '../model/check.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { resolvePointer, tokensOf } from '../model/pointer.ts';
import type { Verdict } from '../model/result.ts';
import type { TargetKind } from '../model/target.ts';
import { judge, type Observation, type Observed } from '../judge/judge.ts';
import type { Schemas } from './check-file.ts';
import { validateFacts } from './facts-schema.ts';
import type { Profile } from './pack.ts';
import type { Problem } from './problem.ts';
import { profileKeys, specialise } from './select.ts';
import type { Path, YamlFile } from './yaml.ts';

export const EXAMPLE_AS_OF = '2026-01-01T00:00:00Z';

const TARGETS: { readonly [kind in TargetKind]: string } = {
  domain: 'domain:example.com',
  endpoint: 'endpoint:example.com:443',
  site: 'site:https://example.com/',
  'aws-login': 'aws:default',
  aws: 'aws:123456789012/eu-west-1',
  'aws-global': 'aws:123456789012/global',
  source: 'source:.',
  page: 'page:security.md',
};

/** The verdicts over an example's facts. A check that takes operands from profiles is judged under one that has them. */
export function judgeExample(check: Check, example: Example, profiles: readonly Profile[]): readonly Verdict[] {
  const observation = exampleObservation(check, example.facts);
  return judge([underProfile(check, profiles)], [observation], example.asOf ?? EXAMPLE_AS_OF);
}

/** The check as the examples mean it: with the operands of a profile that has them, `default` before others. */
export function underProfile(check: Check, profiles: readonly Profile[]): Check {
  const keys = [...profileKeys(check)];
  if (keys.length === 0) return check;
  const having = profiles.filter((profile) => keys.every((key) => Object.hasOwn(profile.data ?? {}, key)));
  const profile = having.find(({ id }) => id === 'default') ?? having[0];
  return profile === undefined ? check : specialise(check, profile);
}

/** Facts of an example as if the collectors had seen them of a target. */
export function exampleObservation(check: Check, facts: JsonObject, id: string = TARGETS[check.target]): Observation {
  const of = (collector: string): Json =>
    check.needs.length === 1 ? facts : Object.hasOwn(facts, collector) ? (facts[collector] ?? null) : {};
  const collectors = check.needs.map((collector): [string, Observed] => [
    collector,
    { is: 'facts', id: `ev-example-${collector}`, facts: of(collector), at: {} },
  ]);
  return { target: { kind: check.target, id, labels: {} }, collectors: Object.fromEntries(collectors) };
}

/** What is wrong with the examples of a check, each at its place in the file. */
export function exampleProblems(
  check: Check,
  file: YamlFile,
  schemas: Schemas,
  profiles: readonly Profile[],
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, example] of check.examples.entries()) {
    const report = (path: Path, message: string): void => {
      problems.push({ file: file.name, ...file.at(['examples', index, ...path]), message });
    };
    const before = problems.length;
    checkFacts(check, example, schemas, report);
    if (problems.length === before) checkOutcome(check, example, profiles, report);
  }
  return problems;
}

type Report = (path: Path, message: string) => void;

function checkFacts(check: Check, example: Example, schemas: Schemas, report: Report): void {
  const several = check.needs.length > 1;
  for (const id of check.needs) {
    const schema = schemas.get(id)?.factsSchema;
    const facts = several ? example.facts[id] : example.facts;
    if (schema === undefined) continue;
    if (facts === undefined) {
      report(['facts'], `the example lacks the facts of the collector "${id}"`);
      continue;
    }
    for (const problem of validateFacts(schema, facts)) {
      const path = ['facts', ...(several ? [id] : []), ...tokensOf(problem.pointer)];
      const named =
        resolvePointer(facts, problem.pointer) === undefined ? `"${tokensOf(problem.pointer).at(-1) ?? ''}" ` : '';
      report(path, `${named}${problem.message} (facts of ${id}, ${problem.pointer || 'the whole'})`);
    }
  }
  if (several) {
    for (const id of Object.keys(example.facts)) {
      if (!check.needs.includes(id)) report(['facts', id], `the check does not need a collector "${id}"`);
    }
  }
}

function checkOutcome(check: Check, example: Example, profiles: readonly Profile[], report: Report): void {
  const verdicts = judgeExample(check, example, profiles);
  const { expect } = example;
  if (typeof expect === 'string') {
    const other = verdicts.find((verdict) => verdict.status !== expect);
    if (verdicts.length === 0) report(['expect'], `expected ${expect}, but there is no result`);
    else if (other !== undefined) report(['expect'], `expected ${expect}, but it is ${other.status}: ${other.message}`);
    return;
  }
  const found = new Map<string, Status>(
    verdicts.map((verdict) => [withoutProfile(verdict.subject, check, verdicts), verdict.status]),
  );
  for (const [subject, status] of Object.entries(expect)) {
    const actual = found.get(subject);
    if (actual === undefined) {
      report(
        ['expect', subject],
        `there is no result about "${subject}"; there are ${[...found.keys()].join(', ') || 'none'}`,
      );
    } else if (actual !== status) {
      const message = verdicts.find((verdict) => verdict.subject.startsWith(subject))?.message ?? '';
      report(['expect', subject], `expected ${status} for "${subject}", but it is ${actual}: ${message}`);
    }
  }
  for (const [subject, status] of found) {
    if (!Object.hasOwn(expect, subject)) report(['expect'], `the result ${status} about "${subject}" is not expected`);
  }
}

/** Subjects under a profile end in `@NAME`; examples leave that out. */
function withoutProfile(subject: string, check: Check, verdicts: readonly Verdict[]): string {
  const needsProfile = verdicts.length > 0 && profileKeys(check).size > 0;
  return needsProfile ? subject.replace(/@[A-Za-z_][A-Za-z0-9_.-]*$/, '') : subject;
}
