/** The JSON Schemas of run.json (run/1) and of an evidence file (evidence/1), as CONTRACT §4 describes them. */
import { SEVERITIES, STATUSES } from './check.ts';
import type { JsonObject } from './json.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const text: JsonObject = { type: 'string' };
const count: JsonObject = { type: 'integer', minimum: 0 };
const digest: JsonObject = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };
const instant: JsonObject = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z$' };
const evidenceId: JsonObject = { type: 'string', pattern: '^ev-[0-9a-f]{16}$' };

/** Further members may come with later versions of the tool: only what stands here is promised. */
function object(properties: JsonObject, required: readonly string[] = Object.keys(properties)): JsonObject {
  return { type: 'object', properties, required };
}

function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

function counts(names: readonly string[]): JsonObject {
  return object(Object.fromEntries(names.map((name) => [name, count])));
}

const fault = object({ code: { type: 'string', pattern: '^[a-z]+\\.[a-z-]+$' }, message: text });
const references = list(object({ spec: text, section: text, url: text }, ['spec']));

const reason = object(
  {
    path: text,
    op: text,
    expected: {},
    actual: {},
    absent: { const: true },
    unknown: text,
    truncated: { const: true },
    why: text,
    evidence: { type: 'string', pattern: '^(?:|ev-[0-9a-f]{16}(?:#(?:/.*)?)?)$' },
  },
  ['path', 'op', 'expected', 'actual', 'evidence'],
);

const result = object(
  {
    check: text,
    version: { type: 'integer', minimum: 1 },
    title: text,
    severity: { enum: SEVERITIES },
    target: text,
    subject: text,
    status: { enum: STATUSES },
    message: { type: 'string', maxLength: 300 },
    reasons: list(reason),
    fault,
    location: object({ file: text, line: count, column: count, commit: text }, ['file']),
    fingerprint: digest,
    references,
    remediation: text,
    waiver: object({ id: text, owner: text, reason: text, expires: text }, ['id', 'reason']),
  },
  [
    'check',
    'version',
    'title',
    'severity',
    'target',
    'subject',
    'status',
    'message',
    'reasons',
    'fingerprint',
    'references',
    'remediation',
  ],
);

const control = object({
  framework: text,
  version: text,
  id: text,
  status: { enum: ['supported', 'contradicted', 'accepted', 'undetermined', 'not-applicable', 'not-assessed'] },
  counts: counts(['pass', 'fail', 'error', 'notApplicable', 'manual', 'expected']),
});

export const RUN_SCHEMA: JsonObject = {
  $schema: DRAFT,
  $id: 'probity:run/1',
  title: 'A run: what was asked of which targets, what came out, and the digests that bind it',
  ...object({
    schema: { const: 'run/1' },
    tool: object({ name: { const: 'probity' }, version: text }),
    id: text,
    asOf: instant,
    startedAt: instant,
    finishedAt: instant,
    complete: { type: 'boolean' },
    configDigest: digest,
    packs: list(object({ name: text, digest })),
    targets: list(
      object(
        {
          id: text,
          kind: text,
          labels: { type: 'object', additionalProperties: text },
          parent: text,
          jobs: counts(['planned', 'observed', 'faulted']),
        },
        ['id', 'kind', 'labels', 'jobs'],
      ),
    ),
    results: list(result),
    claims: list({ type: 'object' }),
    controls: list(control),
    summary: object({
      byStatus: counts(STATUSES),
      bySeverity: counts(SEVERITIES),
      coverage: counts(['judged', 'applicable']),
    }),
    evidence: list(object({ id: evidenceId, collector: text, target: text, observedAt: instant, digest })),
    merkleRoot: digest,
  }),
};

export const EVIDENCE_SCHEMA: JsonObject = {
  $schema: DRAFT,
  $id: 'probity:evidence/1',
  title: 'Evidence: what one job saw, or why it could not see',
  ...object({
    schema: { const: 'evidence/1' },
    id: evidenceId,
    job: object({
      collector: text,
      target: object({ kind: text, id: text, labels: { type: 'object' } }),
      options: { type: 'object' },
    }),
    collectorVersion: { type: 'integer', minimum: 1 },
    startedAt: instant,
    elapsedMs: { type: 'number', minimum: 0 },
    attempts: count,
    redactions: count,
    outcome: {
      type: 'object',
      oneOf: [object({ is: { const: 'observed' }, raw: {} }), object({ is: { const: 'fault' }, fault: { ...fault } })],
    },
    digest,
  }),
};
