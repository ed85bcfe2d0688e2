import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { digestOfBytes, evidenceDigest } from '../../../src/assurance/digest.ts';
import { envelopeText, openEnvelope, pae, signEnvelope, type Envelope } from '../../../src/assurance/dsse.ts';
import { merkleRoot } from '../../../src/assurance/root.ts';
import { sealRun } from '../../../src/assurance/seal.ts';
import { statementOf } from '../../../src/assurance/statement.ts';
import { type RunFiles, verifyRun } from '../../../src/assurance/verify.ts';
import type { Evidence } from '../../../src/model/evidence.ts';
import type { Run } from '../../../src/model/result.ts';
import { jsonText } from '../../../src/report/json.ts';
import { companyRun, largeRun } from '../../support/run-builder.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const pem = (): { privateKey: string; publicKey: string } =>
  generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
const { privateKey, publicKey } = pem();

/** A run folder in memory, to be changed by a test. */
interface Folder {
  run: Buffer;
  inputs: Buffer;
  envelope: Buffer | undefined;
  evidence: Map<string, Buffer>;
}

const INPUTS = '{"schema":"inputs/1"}';
const base = companyRun();
const sealed = sealRun({ ...base.input, configDigest: digestOfBytes(INPUTS) });

function evidenceText(evidence: Evidence): string {
  return `${JSON.stringify(evidence, null, 1)}\n`;
}

function sign(run: Run, by = privateKey): Buffer {
  return bytes(envelopeText(signEnvelope(statementOf(run, { 'run.json': jsonText(run), 'inputs.json': INPUTS }), by)));
}

function folderOf(run: Run = sealed): Folder {
  const evidence = new Map<string, Buffer>();
  for (const record of base.evidence.values())
    evidence.set(`${record.job.collector}/${record.id}.json`, bytes(evidenceText(record)));
  return { run: bytes(jsonText(run)), inputs: bytes(INPUTS), envelope: sign(sealed), evidence };
}

function problemsOf(folder: Folder, key: string | null = publicKey): readonly string[] {
  const files: RunFiles = {
    ...folder,
    evidence: [...folder.evidence.keys()].map((path) => ({ path, kind: 'file' })),
    read: (path) => folder.evidence.get(path) ?? Buffer.alloc(0),
  };
  return verifyRun(files, { runText: jsonText, ...(key === null ? {} : { publicKey: key }) }).problems;
}

function flipped(buffer: Buffer, at: number): Buffer {
  const copy = Buffer.from(buffer);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

test('an untouched run holds, signed and unsigned', () => {
  const folder = folderOf();

  assert.deepEqual(problemsOf(folder), []);
  assert.deepEqual(problemsOf(folder, null), []);
  assert.deepEqual(problemsOf({ ...folder, envelope: undefined }, null), []);
});

test('without a signature a given key does not hold', () => {
  assert.match(problemsOf({ ...folderOf(), envelope: undefined })[0] ?? '', /not signed, and a key was given/);
});

test('one flipped byte in any file is found, signed or not', () => {
  const folder = folderOf();
  for (let at = 0; at < folder.run.length; at += 1_499) {
    assert.notDeepEqual(problemsOf({ ...folder, run: flipped(folder.run, at) }), [], `run.json at ${String(at)}`);
  }
  for (let at = 0; at < folder.inputs.length; at += 5) {
    assert.notDeepEqual(problemsOf({ ...folder, envelope: undefined, inputs: flipped(folder.inputs, at) }, null), []);
  }
  for (const [path, content] of folder.evidence) {
    for (let at = 0; at < content.length; at += 211) {
      const evidence = new Map(folder.evidence).set(path, flipped(content, at));
      assert.notDeepEqual(
        problemsOf({ ...folder, envelope: undefined, evidence }, null),
        [],
        `${path} at ${String(at)}`,
      );
    }
  }
  const { envelope } = folder;
  assert.ok(envelope !== undefined);
  for (let at = 0; at < envelope.length; at += 101) {
    // the keyid is a hint that nothing trusts, and white space between members means nothing
    const keyid = envelope.indexOf('keyid');
    if ((at >= keyid && at < keyid + 90) || /\s/.test(String.fromCharCode(envelope[at] ?? 0))) continue;
    assert.notDeepEqual(problemsOf({ ...folder, envelope: flipped(envelope, at) }), [], `envelope at ${String(at)}`);
  }
});

test('a change made whole again, digests and all, is found by the signature', () => {
  const results = sealed.results.map((result, index) =>
    index === 3 ? { ...result, severity: 'info' as const } : result,
  );
  const forged = { ...sealed, results, merkleRoot: merkleRoot(sealed.evidence, results) };
  const status = sealRun({
    ...base.input,
    configDigest: digestOfBytes(INPUTS),
    verdicts: base.input.verdicts.map((verdict) => ({ ...verdict, status: 'pass' as const })),
  });

  assert.match(problemsOf(folderOf(forged)).join('\n'), /run\.json is not the file that was signed/);
  assert.match(problemsOf(folderOf(status)).join('\n'), /run\.json is not the file that was signed/);
});

test('each way of editing a run is named', () => {
  const [first, second] = sealed.results;
  assert.ok(first !== undefined && second !== undefined);
  const other = sealed.evidence[1];
  const rows: readonly (readonly [string, Run, RegExp])[] = [
    ['a result dropped', { ...sealed, results: sealed.results.slice(1) }, /Merkle root/],
    ['a result doubled', { ...sealed, results: [first, ...sealed.results] }, /stands in the run twice/],
    ['results swapped', { ...sealed, results: [second, first, ...sealed.results.slice(2)] }, /not at its place/],
    ['a status changed', { ...sealed, results: [{ ...first, status: 'fail' }, ...sealed.results.slice(1)] }, /summary is not the count/],
    ['a message changed', { ...sealed, results: [{ ...first, message: 'fine' }, ...sealed.results.slice(1)] }, /Merkle root/],
    ['a waiver added', { ...sealed, results: sealed.results.map((result) => ({ ...result, waiver: { id: 'w', reason: 'r' } })) }, /summary is not the count/],
    ['a subject changed', { ...sealed, results: [{ ...first, subject: 'x' }, ...sealed.results.slice(1)] }, /fingerprint/],
    ['the summary changed', { ...sealed, summary: { ...sealed.summary, coverage: { judged: 23, applicable: 23 } } }, /summary is not the count/],
    ['a control improved', { ...sealed, controls: sealed.controls.map((control) => (control.status === 'contradicted' ? { ...control, status: 'supported' } : control)) }, /which its counts do not give/],
    ['an evidence entry dropped', { ...sealed, evidence: sealed.evidence.slice(1) }, /is not in run\.json/],
    ['an evidence entry doubled', { ...sealed, evidence: [...sealed.evidence, ...sealed.evidence.slice(0, 1)] }, /listed twice/],
    ['a digest of another algorithm', { ...sealed, evidence: sealed.evidence.map((entry) => ({ ...entry, digest: entry.digest.replace('sha256', 'sha1') })) }, /not a sha256 digest/],
    ['evidence of another target', { ...sealed, evidence: sealed.evidence.map((entry, index) => (index === 0 ? { ...entry, target: other?.target ?? '' } : entry)) }, /another collector, target or time/],
    ['a target added to a result', { ...sealed, results: [{ ...first, target: 'domain:evil.example' }, ...sealed.results.slice(1)] }, /not a target of the run/],
    ['a record less counted', { ...sealed, targets: sealed.targets.map((entry) => ({ ...entry, jobs: { planned: 0, observed: 0, faulted: 0 } })) }, /records, not the 0/],
    ['a claim on nothing', { ...sealed, claims: [{ results: ['sha256:00'] }] }, /no result of the run/],
  ]; // prettier-ignore
  for (const [say, run, expected] of rows) {
    const problems = problemsOf({ ...folderOf(run), envelope: undefined }, null);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${say}: ${problems.join('; ')}`,
    );
  }
});

test('evidence files that are missing, extra, swapped, links or of another spelling are named', () => {
  const change = (edit: (evidence: Map<string, Buffer>) => void): readonly string[] => {
    const folder = folderOf();
    edit(folder.evidence);
    return problemsOf(folder);
  };
  const paths = [...folderOf().evidence.keys()];
  const [first = '', second = ''] = paths;

  assert.match(change((evidence) => evidence.delete(first)).join(), /is missing/);
  assert.match(
    change((evidence) => evidence.set('dns/ev-0000000000000000.json', bytes('{}'))).join(),
    /is not in run\.json/,
  );
  assert.match(change((evidence) => evidence.set('stray.txt', bytes('x'))).join(), /stray\.txt is not in run\.json/);
  assert.match(
    change((evidence) => {
      const swapped = evidence.get(first);
      evidence.set(first, evidence.get(second) ?? bytes(''));
      evidence.set(second, swapped ?? bytes(''));
    }).join(),
    /is not the record of this id/,
  );
  const respelt: readonly ((text: string) => string)[] = [
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => `\ufeff${text}`,
    (text) => `${text}\n`,
    (text) => text.slice(0, -20),
    (text) => text.replace('"schema"', '"schema": "evidence/1", "schema"'),
    () => 'null',
    () => '[]',
    () => '{}\n',
    () => '',
  ];
  for (const spell of respelt) {
    const problems = change((evidence) => evidence.set(first, bytes(spell(String(evidence.get(first))))));
    assert.notDeepEqual(problems, []);
  }
  const files: RunFiles = {
    ...folderOf(),
    evidence: paths.map((path) => ({ path, kind: 'other' })),
    read: () => Buffer.alloc(0),
  };
  assert.match(verifyRun(files, { runText: jsonText }).problems.join(), /is a link or no file/);
});

test('evidence whose content and digests were both changed is found', () => {
  const folder = folderOf();
  const [record] = base.evidence.values();
  assert.ok(record !== undefined);
  const changed = { ...record, elapsedMs: 1 };
  folder.evidence.set(
    `${record.job.collector}/${record.id}.json`,
    bytes(evidenceText({ ...changed, digest: evidenceDigest(changed) })),
  );

  assert.match(problemsOf(folder).join(), /does not match the digest in run\.json/);
});

test('run.json of another spelling or shape is refused', () => {
  const text = jsonText(sealed);
  for (const spelt of [
    text.replaceAll('\n', '\r\n'),
    `\ufeff${text}`,
    `${text} `,
    text.slice(0, -2),
    '{}',
    'null',
    '',
    text.replace('run/1', 'run/2'),
  ]) {
    assert.notDeepEqual(problemsOf({ ...folderOf(), run: bytes(spelt), envelope: undefined }, null), []);
  }
  const odd = JSON.parse(text) as { [key: string]: unknown };
  for (const key of Object.keys(odd)) {
    for (const value of [null, 1, 'x', [1], {}]) {
      const run = jsonText({ ...odd, [key]: value } as unknown as Run);
      const problems = problemsOf({ ...folderOf(), run: bytes(run) });
      assert.notDeepEqual(problems, [], `${key} = ${JSON.stringify(value)}`);
    }
  }
});

test('envelopes: another key, another run, no signature, loose base64, duplicate keys', () => {
  const folder = folderOf();
  const envelope = JSON.parse(String(folder.envelope)) as Envelope;
  const wrapped = (changed: unknown): Folder => ({ ...folder, envelope: bytes(JSON.stringify(changed)) });
  const strange = pem();
  const forgedId = { ...(JSON.parse(String(sign(sealed, strange.privateKey))) as Envelope) };
  const large = largeRun(200);

  assert.deepEqual(problemsOf(wrapped(envelope)), []);
  assert.match(problemsOf({ ...folder, envelope: sign(sealed, strange.privateKey) }).join(), /by this key/);
  assert.match(
    problemsOf(
      wrapped({
        ...forgedId,
        signatures: [{ keyid: envelope.signatures[0]?.keyid, sig: forgedId.signatures[0]?.sig }],
      }),
    ).join(),
    /by this key/,
  );
  assert.match(problemsOf({ ...folder, envelope: sign(large.run) }).join(), /not the file that was signed/);
  assert.match(problemsOf(wrapped({ ...envelope, signatures: [] })).join(), /no signature/);
  assert.match(
    problemsOf(wrapped({ ...envelope, payload: envelope.payload.replace(/=*$/, '') + '\n' })).join(),
    /DSSE form/,
  );
  assert.match(
    problemsOf(
      wrapped({ ...envelope, payload: envelope.payload.replaceAll('+', '-').replaceAll('/', '_') + ' ' }),
    ).join(),
    /DSSE form/,
  );
  assert.match(problemsOf(wrapped({ ...envelope, payloadType: 'text/plain' })).join(), /DSSE form/);
  assert.match(problemsOf({ ...folder, envelope: bytes('nonsense') }).join(), /not JSON/);
  const statement = statementOf(sealed, { 'run.json': jsonText(sealed), 'inputs.json': INPUTS });
  const doubled = statement.replace('{"_type"', '{"_type":"x","_type"');
  assert.notEqual(doubled, statement);
  assert.match(
    problemsOf({ ...folder, envelope: bytes(envelopeText(signEnvelope(doubled, privateKey))) }).join(),
    /not a statement in its one form/,
  );
});

test('the pre-authentication encoding is that of the DSSE specification', () => {
  assert.equal(
    Buffer.from(pae('http://example.com/HelloWorld', bytes('hello world'))).toString(),
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

test('a key of another kind is refused aloud', () => {
  const rsa = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });

  assert.throws(() => signEnvelope('{}', rsa.privateKey), /an Ed25519 key is needed/);
  assert.throws(() => openEnvelope(String(folderOf().envelope), rsa.publicKey), /an Ed25519 key is needed/);
});
