import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Authority, type CertificateOptions, createCa, type Issued } from '../../../../src/lab/ca.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';
import { constraintBreach } from '../../../../src/wire/x509/name-constraints.ts';
import { findPaths } from '../../../../src/wire/x509/path.ts';
import { PURPOSE, violationsOf } from '../../../../src/wire/x509/validate.ts';
import { parsed } from '../../../support/revocation.ts';

const root = createCa({ name: 'Root' });

/** The rules that the path of a leaf below authorities breaks. */
function broken(
  leaf: Issued,
  between: readonly Issued[],
  anchor: Authority = root,
  purpose?: string,
): readonly string[] {
  const pool = between.map((authority) => parsed(authority.der));
  const { trusted } = findPaths(parsed(leaf.der), pool, [{ certificate: parsed(anchor.der), given: true }]);
  const [path] = trusted;
  assert.ok(path !== undefined, 'no path');
  return violationsOf(path, purpose === undefined ? {} : { purpose }).map(({ rule }) => rule);
}

const dns = (text: string): Uint8Array => der.context(2, false, Buffer.from(text, 'latin1'));
const email = (text: string): Uint8Array => der.context(1, false, Buffer.from(text, 'latin1'));
const uri = (text: string): Uint8Array => der.context(6, false, Buffer.from(text, 'latin1'));
const ip = (...octets: readonly number[]): Uint8Array => der.context(7, false, Uint8Array.from(octets));
const subtrees = (number: number, bases: readonly Uint8Array[]): readonly Uint8Array[] =>
  bases.length === 0 ? [] : [der.context(number, true, ...bases.map((base) => der.sequence(base)))];

function constraints(permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): CertificateOptions {
  const value = der.sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
  return { extensions: [{ oid: '2.5.29.30', critical: true, value }] };
}

function san(...names: readonly Uint8Array[]): CertificateOptions {
  return { commonName: '', extensions: [{ oid: '2.5.29.17', critical: true, value: der.sequence(...names) }] };
}

test('a chain that keeps to its rules breaks none', () => {
  const mid = root.issueAuthority({ name: 'Mid', pathLength: 0 });

  assert.deepEqual(broken(mid.issue({ names: ['a.test'] }), [mid]), []);
});

test('a path length is counted without the leaf and without what a CA issued to itself', () => {
  const bounded = root.issueAuthority({ name: 'Bounded', pathLength: 0 });
  const below = bounded.issueAuthority({ name: 'Below' });
  const same = createCa({ name: 'Same', pathLength: 0 });
  const renewed = same.issueAuthority({ name: 'Same' });

  assert.deepEqual(broken(below.issue({ names: ['a.test'] }), [below, bounded]), ['path-length']);
  assert.deepEqual(broken(renewed.issue({ names: ['a.test'] }), [renewed], same), []);
});

test('who issues must be marked as a CA, and be allowed to sign certificates', () => {
  const plain = root.issueAuthority({ name: 'Plain', ca: false });
  const mute = root.issueAuthority({ name: 'Mute', keyUsage: [0] });

  assert.deepEqual(broken(plain.issue({ names: ['a.test'] }), [plain]), ['ca', 'key-usage']);
  assert.deepEqual(broken(mute.issue({ names: ['a.test'] }), [mute]), ['key-usage']);
});

test('the purposes of an authority bind what it issues', () => {
  const mail = root.issueAuthority({ name: 'Mail', extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] });
  const client = root.issue({ names: ['a.test'], extendedKeyUsage: [PURPOSE.client] });

  assert.deepEqual(broken(mail.issue({ names: ['a.test'] }), [mail]), ['purpose']);
  assert.deepEqual(broken(client, []), ['purpose']);
  assert.deepEqual(broken(client, [], root, PURPOSE.client), []);
});

test('unknown critical extensions and unreadable ones end a path', () => {
  const oid = '1.3.6.1.4.1.55555.1';
  const strange = root.issue({ names: ['a.test'], extensions: [{ oid, critical: true, value: der.nullValue() }] });
  const harmless = root.issue({ names: ['a.test'], extensions: [{ oid, value: der.nullValue() }] });
  const unread = root.issue({
    names: ['a.test'],
    extensions: [{ oid: '2.5.29.17', value: Uint8Array.of(0x30, 0x7f) }],
  });

  assert.deepEqual(broken(strange, []), ['extension']);
  assert.deepEqual(broken(harmless, []), []);
  assert.deepEqual(broken(unread, []), ['extension']);
});

test('names must be inside what an authority may certify', () => {
  const rows: readonly (readonly [CertificateOptions, CertificateOptions, boolean])[] = [
    [constraints([dns('a.test')]), { names: ['a.test'], commonName: '' }, true],
    [constraints([dns('a.test')]), { names: ['b.a.test'], commonName: '' }, true],
    [constraints([dns('A.Test')]), { names: ['b.a.TEST'], commonName: '' }, true],
    [constraints([dns('a.test')]), { names: ['ba.test'], commonName: '' }, false],
    [constraints([dns('a.test')]), { names: ['*.a.test'], commonName: '' }, true],
    [constraints([dns('b.a.test')]), { names: ['*.a.test'], commonName: '' }, false],
    [constraints([], [dns('b.a.test')]), { names: ['*.a.test'], commonName: '' }, false],
    [constraints([], [dns('c.b.a.test')]), { names: ['*.a.test'], commonName: '' }, true],
    [constraints([], [dns('a.test')]), { names: ['b.test'], commonName: '' }, true],
    [constraints([dns('')]), { names: ['b.test'], commonName: '' }, true],
    [constraints([dns('.a.test')]), { names: ['b.a.test'], commonName: '' }, false],
    [constraints([dns('a.test')]), san(dns('.a.test')), false],
    [constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]), { names: ['192.0.2.9'], commonName: '' }, true],
    [constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]), { names: ['192.0.3.9'], commonName: '' }, false],
    [constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]), { names: ['2001:db8::1'], commonName: '' }, false],
    [constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]), { names: ['a.test'], commonName: '' }, true],
    [constraints([ip(192, 0, 2, 0)]), { names: ['a.test'], commonName: '' }, false],
    [constraints([email('a.test')]), san(email('x@a.test')), true],
    [constraints([email('a.test')]), san(email('x@b.a.test')), false],
    [constraints([email('.a.test')]), san(email('x@b.a.test')), true],
    [constraints([email('x@a.test')]), san(email('X@a.test')), false],
    [constraints([email('a.test')]), san(email('x@y@a.test')), false],
    [constraints([uri('a.test')]), san(uri('https://a.test:8443/path')), true],
    [constraints([uri('.a.test')]), san(uri('https://user@b.a.test/')), true],
    [constraints([uri('a.test')]), san(uri('https://192.0.2.1/')), false],
    [constraints([], [uri('a.test')]), san(uri('urn:nothing')), false],
    [constraints([], [der.context(0, true, der.oid('1.2.3'))]), { names: ['a.test'], commonName: '' }, true],
    [constraints([], [der.context(0, true, der.oid('1.2.3'))]), san(der.context(0, true, der.oid('1.2.4'))), false],
  ];

  for (const [index, [authority, leaf, holds]] of rows.entries()) {
    const mid = root.issueAuthority({ name: 'Mid', ...authority });

    assert.deepEqual(broken(mid.issue(leaf), [mid]), holds ? [] : ['names'], `row ${String(index)}`);
  }
});

test('directory names are compared part by part, without case and without runs of spaces', () => {
  const base = (text: string): Uint8Array =>
    der.context(4, true, der.sequence(der.setOf(der.sequence(der.oid('2.5.4.10'), der.printableString(text)))));
  const inside = root.issueAuthority({ name: 'Mid', ...constraints([base('example   ORG')]) });
  const outside = root.issueAuthority({ name: 'Mid', ...constraints([], [base('example org')]) });
  const leaf = { names: ['a.test'], organization: 'Example Org' };

  assert.deepEqual(broken(inside.issue(leaf), [inside]), []);
  assert.deepEqual(broken(outside.issue(leaf), [outside]), ['names']);
});

test('subtrees that count levels are refused', () => {
  const value = der.sequence(
    der.context(0, true, der.sequence(dns('a.test'), der.context(0, false, Uint8Array.of(1)))),
  );
  const mid = root.issueAuthority({ name: 'Mid', extensions: [{ oid: '2.5.29.30', critical: true, value }] });

  assert.deepEqual(broken(mid.issue({ names: ['a.test'] }), [mid]), ['names']);
});

test('thousands of names under thousands of constraints end soon', () => {
  const many = Array.from({ length: 1500 }, (_, index) => dns(`n${String(index)}.test`));
  const mid = root.issueAuthority({ name: 'Mid', ...constraints([], many) });
  const leaf = mid.issue({ names: Array.from({ length: 1500 }, (_, index) => `m${String(index)}.example`) });
  const { nameConstraints } = parsed(mid.der);
  assert.ok(nameConstraints !== undefined && 'value' in nameConstraints);

  assert.match(constraintBreach(nameConstraints.value, parsed(leaf.der)) ?? '', /too many/);
});

test('a policy that is demanded must be there in every certificate, mapped where the CA maps it', () => {
  const demand = { oid: '2.5.29.36', critical: true, value: der.sequence(der.context(0, false, Uint8Array.of(0))) };
  const maps = (from: string, to: string): { oid: string; critical: boolean; value: Uint8Array } => ({
    oid: '2.5.29.33',
    critical: true,
    value: der.sequence(der.sequence(der.oid(from), der.oid(to))),
  });
  const mid = root.issueAuthority({ name: 'Mid', policies: ['1.2.3'], extensions: [demand] });
  const mapping = root.issueAuthority({
    name: 'Map',
    policies: ['1.2.3'],
    extensions: [demand, maps('1.2.3', '1.2.9')],
  });

  assert.deepEqual(broken(mid.issue({ names: ['a.test'], policies: ['1.2.3'] }), [mid]), []);
  assert.deepEqual(broken(mid.issue({ names: ['a.test'], policies: ['2.5.29.32.0'] }), [mid]), []);
  assert.deepEqual(broken(mid.issue({ names: ['a.test'], policies: ['1.2.4'] }), [mid]), ['policy']);
  assert.deepEqual(broken(mid.issue({ names: ['a.test'] }), [mid]), ['policy']);
  assert.deepEqual(broken(mapping.issue({ names: ['a.test'], policies: ['1.2.9'] }), [mapping]), []);
  assert.deepEqual(broken(mapping.issue({ names: ['a.test'], policies: ['1.2.3'] }), [mapping]), ['policy']);
});

test('no bytes in a name constraint make the comparison throw', () => {
  const leaf = parsed(root.issue({ names: ['a.test', '192.0.2.1'] }).der);
  const general = fc.record({
    kind: fc.constantFrom('dns', 'ip', 'email', 'uri', 'directory', 'other', 'rid'),
    value: fc.string({ maxLength: 30 }),
    bytes: fc.uint8Array({ maxLength: 40 }),
    length: fc.nat(40),
  });
  fc.assert(
    fc.property(fc.array(general, { maxLength: 4 }), fc.array(general, { maxLength: 4 }), (permitted, excluded) => {
      const breach = constraintBreach({ permitted, excluded, distances: false }, leaf);

      assert.ok(breach === undefined || breach !== '');
    }),
    { numRuns: 50 },
  );
});
