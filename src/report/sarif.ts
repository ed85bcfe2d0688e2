/** SARIF 2.1.0 within GitHub's limits: fails first, what could not be told as `review`, passes only when asked for. */
import { SEVERITIES, type Status } from '../model/check.ts';
import type { Reporter, View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';
import { jsonDocument } from './json-document.ts';
import { OUTCOMES, outcomeOf, SEVERITY_MAPPINGS } from './mapping.ts';
import { placeOf, uriOf } from './places.ts';
import { rulesOf, type Rule } from './rules.ts';
import { clip, visible } from './visible.ts';
import { bySeverityThenCheck, clause, faultOf, faultTitle } from './words.ts';

// GitHub: 25,000 results a run; more are dropped in silence, so they are cut here, aloud
const MOST = 25_000;
const ORDER = ['fail', 'error', 'manual', 'pass', 'not-applicable'];

function sentence(text: string, max = 1_000): string {
  const shown = clip(visible(text.replaceAll(/\s+/g, ' ').trim()), max);
  return /[.!?…]$/.test(shown) ? shown : `${shown === '' ? 'No text' : shown}.`;
}

function absoluteUrl(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\/[!-~]+$/.test(url) && URL.canParse(url) ? url : undefined;
}

function pascal(id: string): string {
  return id
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');
}

function ruleObject({ id, sample, check }: Rule): object {
  const helpUri = sample.references.map(({ url }) => absoluteUrl(url)).find((url) => url !== undefined);
  const clauses = sample.references.map(clause).join(', ');
  const why = check?.description ?? sample.title;
  const severity = SEVERITY_MAPPINGS[sample.severity];
  return {
    id,
    name: pascal(id) || 'Rule',
    shortDescription: { text: sentence(sample.title) },
    fullDescription: { text: sentence(why) },
    help: {
      text: sentence(`${why.trim()} Do: ${sample.remediation.trim()} Clause: ${clauses}`, 4_000),
      markdown: `${markdownText(why)}\n\n**Do:** ${markdownText(sample.remediation)}\n\n**Clause:** ${markdownText(clauses)}\n`,
    },
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: severity.sarifLevel },
    properties: {
      tags: ['security', id.split('.')[0] || 'check'],
      'security-severity': severity.security,
      precision: 'very-high',
    },
  };
}

function markdownText(text: string): string {
  return clip(visible(text.replaceAll(/\s+/g, ' ').trim()), 2_000).replaceAll(/[\\*_[\]<>#|@]/g, '\\$&');
}

function resultObject(
  result: Result,
  view: View,
  ruleIndex: number,
  previous: ReadonlyMap<string, Status> | undefined,
): object {
  const { sarif } = OUTCOMES[outcomeOf(result)];
  const place = placeOf(result, view);
  const { waiver } = result;
  const said = result.status === 'error' ? `${result.message} (${faultOf(result).code})` : result.message;
  const before = previous?.get(result.fingerprint);
  return {
    ruleId: result.check,
    ruleIndex,
    kind: sarif.kind,
    level: sarif.leveled ? SEVERITY_MAPPINGS[result.severity].sarifLevel : 'none',
    message: { text: sentence(said) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place.path), uriBaseId: '%SRCROOT%' },
          region: {
            startLine: Math.max(1, place.line),
            ...(place.column === undefined ? {} : { startColumn: Math.max(1, place.column) }),
          },
        },
        logicalLocations: [{ fullyQualifiedName: visible(`${result.target} ${result.subject}`), kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'probity/v1': result.fingerprint },
    ...(previous === undefined
      ? {}
      : { baselineState: before === undefined ? 'new' : before === result.status ? 'unchanged' : 'updated' }),
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [{ kind: 'external', status: 'accepted', justification: visible(waiver.reason) || 'accepted' }],
        }),
    properties: { target: result.target, subject: result.subject, severity: result.severity, status: result.status },
  };
}

/** `everything`: passes and what did not apply too. */
export function sarifText(view: View, everything = false): string {
  const { run } = view;
  const wanted = run.results
    .filter(({ status }) => everything || status === 'fail' || status === 'error' || status === 'manual')
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || bySeverityThenCheck(a, b));
  const results = wanted.slice(0, MOST);
  const rules = rulesOf(view, results);
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const previous =
    view.previous && new Map(view.previous.results.map(({ fingerprint, status }) => [fingerprint, status]));
  const codes = new Map<string, number>();
  for (const result of run.results) {
    if (result.status !== 'error') continue;
    const { code } = faultOf(result);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  const notifications = [...codes].map(([code, count]) => ({
    descriptor: { id: code },
    level: 'warning',
    message: { text: sentence(`${String(count)} results could not be determined: ${faultTitle(code)}`) },
  }));
  if (wanted.length > results.length) {
    const left = `${String(wanted.length - results.length)} results of the least severity were left out: this format holds ${String(MOST)}`;
    notifications.push({ descriptor: { id: 'probity.cut' }, level: 'warning', message: { text: sentence(left) } });
  }
  return jsonDocument({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Probity',
            version: visible(run.tool.version),
            ...(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(run.tool.version)
              ? { semanticVersion: run.tool.version }
              : {}),
            rules: rules.map(ruleObject),
            notifications: [...codes.keys(), 'probity.cut'].map((id) => ({
              id,
              shortDescription: { text: sentence(id === 'probity.cut' ? 'Results were left out' : faultTitle(id)) },
            })),
          },
        },
        automationDetails: { id: 'probity/' },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        invocations: [
          {
            executionSuccessful: run.complete,
            startTimeUtc: run.startedAt,
            endTimeUtc: run.finishedAt,
            toolExecutionNotifications: notifications,
          },
        ],
        results: results.map((result) => resultObject(result, view, indexes.get(result.check) ?? 0, previous)),
        properties: {
          severities: Object.fromEntries(SEVERITIES.map((severity) => [severity, run.summary.bySeverity[severity]])),
          merkleRoot: run.merkleRoot,
        },
      },
    ],
  });
}

export const sarif: Reporter = {
  id: 'sarif',
  mediaType: 'application/sarif+json',
  fileName: 'report.sarif',
  render: (view) => sarifText(view),
};
