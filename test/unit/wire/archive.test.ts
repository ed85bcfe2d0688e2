/** Archives are opened within bounds, and what cannot be opened is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { archiveEntries, archiveKind, type ArchiveLimits } from '../../../src/wire/archive.ts';
import { tarOf, zipOf } from '../../support/archives.ts';

const LIMITS: ArchiveLimits = { total: 1_000_000, entries: 100, depth: 2 };
const inside = (path: string, bytes: Buffer, limits: Partial<ArchiveLimits> = {}): readonly string[] =>
  Array.from(
    archiveEntries(path, bytes, { ...LIMITS, ...limits }),
    (entry) => `${entry.path} ${entry.why ?? (entry.bytes ?? Buffer.alloc(0)).toString('latin1').slice(0, 20)}`,
  );

test('zip, tar, tar.gz and gz give their files, by the name of the archive', () => {
  const files = { 'a.txt': 'one', 'folder/b.txt': 'two' };

  assert.deepEqual(inside('x.jar', zipOf(files)), ['x.jar!a.txt one', 'x.jar!folder/b.txt two']);
  assert.deepEqual(inside('x.tar', tarOf(files)), ['x.tar!a.txt one', 'x.tar!folder/b.txt two']);
  assert.deepEqual(inside('x.tgz', gzipSync(tarOf(files))), ['x.tgz!a.txt one', 'x.tgz!folder/b.txt two']);
  assert.deepEqual(inside('in/x.sql.gz', gzipSync('dump')), ['in/x.sql.gz!x.sql dump']);
  assert.equal(archiveKind('x.txt'), undefined);
});

test('archives inside archives are opened two deep, and named beyond', () => {
  const twice = zipOf({ 'in.zip': zipOf({ 'a.txt': 'one' }) });

  assert.deepEqual(inside('x.zip', twice), ['x.zip!in.zip!a.txt one']);
  assert.deepEqual(inside('x.zip', zipOf({ 'mid.zip': twice })), ['x.zip!mid.zip!in.zip too-large']);
});

test('long names of GNU tar and of pax are read', () => {
  const name = `${'long/'.repeat(30)}a.txt`;
  const typed = (type: string, content: string): Buffer => {
    const tar = tarOf({ '././@LongLink': content });
    tar.write(type, 156);
    return tar.subarray(0, tar.length - 1024);
  };
  const record = ` path=${name}\n`;

  assert.deepEqual(inside('x.tar', Buffer.concat([typed('L', `${name}\0`), tarOf({ short: 'one' })])), [
    `x.tar!${name} one`,
  ]);
  assert.deepEqual(
    inside('x.tar', Buffer.concat([typed('x', `${String(record.length + 3)}${record}`), tarOf({ short: 'one' })])),
    [`x.tar!${name} one`],
  );
});

test('bombs end at the bound: of bytes, of entries, of one entry that says nothing of its size', () => {
  const zeros = Buffer.alloc(5_000_000);

  assert.deepEqual(inside('x.gz', gzipSync(zeros)), ['x.gz too-large']);
  assert.deepEqual(inside('x.zip', zipOf({ 'a.bin': zeros })), ['x.zip too-large']);
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${String(i)}.txt`, 'x']));
  assert.equal(inside('x.zip', zipOf(many)).length, 101);
  assert.equal(inside('x.tar', tarOf(many)).at(-1), 'x.tar too-large');
});

test('what is broken, encrypted or packed in another way is named, and the rest is read', () => {
  const zip = zipOf({ 'a.txt': 'one', 'b.txt': 'two' });
  const encrypted = Buffer.from(zip);
  const central = encrypted.indexOf('PK\u0001\u0002', 0, 'latin1');
  encrypted.writeUInt16LE(1, central + 8);
  const torn = Buffer.from(zip);
  torn.fill(0xff, 35, 38);

  assert.deepEqual(inside('x.zip', encrypted), ['x.zip!a.txt unsupported', 'x.zip!b.txt two']);
  assert.deepEqual(inside('x.zip', torn), ['x.zip!a.txt malformed', 'x.zip!b.txt two']);
  assert.deepEqual(inside('x.zip', zip.subarray(0, 40)), ['x.zip malformed']);
  assert.deepEqual(inside('x.tgz', Buffer.from('no archive')), ['x.tgz malformed']);
  assert.deepEqual(inside('x.tar', tarOf({ a: 'x'.repeat(2000) }).subarray(0, 1000)), ['x.tar malformed']);
});

test('any bytes end, within the bounds', () => {
  const seeds = [zipOf({ 'a.txt': 'one', 'in.tar': tarOf({ b: 'two' }) }), tarOf({ a: 'one' }), gzipSync('x')];
  const spoilt = fc
    .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 6 }))
    .map(([seed, changes]) => {
      const bytes = Buffer.from(seed);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(spoilt, fc.uint8Array({ maxLength: 600 })), (bytes) => {
      for (const name of ['x.zip', 'x.tar', 'x.tgz', 'x.gz']) {
        let total = 0;
        for (const entry of archiveEntries(name, Buffer.from(bytes), LIMITS)) total += entry.bytes?.length ?? 0;
        assert.ok(total <= LIMITS.total * 2);
      }
    }),
  );
});
