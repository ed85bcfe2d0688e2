/** The target grammar: what is understood, what is refused, and that nothing makes it throw anything but a UsageError. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseTarget, uniteTargets } from '../../../src/config/targets.ts';
import { UsageError } from '../../../src/model/fault.ts';
import { endpointId, endpointOf, PROTOCOLS } from '../../../src/model/target.ts';

const ids = (text: string): string[] => parseTarget(text).map((parsed) => parsed.target.id);

test('every form of the contract becomes its canonical id', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['example.com', ['domain:example.com']],
    ['Example.COM.', ['domain:example.com']],
    ['bücher.example', ['domain:xn--bcher-kva.example']],
    ['https://app.example.com/x', ['site:https://app.example.com/x', 'endpoint:app.example.com:443']],
    ['https://app.example.com:8443', ['site:https://app.example.com:8443/', 'endpoint:app.example.com:8443']],
    ['http://app.example.com/', ['site:http://app.example.com/']],
    ['https://[2001:db8::1]/', ['site:https://[2001:db8::1]/', 'endpoint:[2001:db8::1]:443']],
    ['tls://h.example:993', ['endpoint:h.example:993']],
    ['tls://192.0.2.1:443', ['endpoint:192.0.2.1:443']],
    ['smtp://mx.example:25', ['endpoint:mx.example:25/smtp']],
    ['smtp://mx.example', ['endpoint:mx.example:25/smtp']],
    ['postgres://db.example:5433', ['endpoint:db.example:5433/postgres']],
    ['mysql://db.example', ['endpoint:db.example:3306/mysql']],
    ['aws', ['aws:default']],
    ['aws@us-east-1,eu-west-1', ['aws:default']],
    ['aws:prod', ['aws:prod']],
    ['aws:prod@eu-west-1', ['aws:prod']],
    ['./repo', ['source:./repo']],
    ['/srv/my repo', ['source:/srv/my repo']],
    ['.', ['source:.']],
    ['git:./repo', ['source:git:./repo']],
  ];

  for (const [text, expected] of table) assert.deepEqual(ids(text), expected, text);
});

test('regions and profile of an AWS target travel in its options', () => {
  assert.deepEqual(parseTarget('aws:prod@us-east-1,eu-west-1')[0]?.options, {
    profile: 'prod',
    regions: ['eu-west-1', 'us-east-1'],
  });
  assert.deepEqual(parseTarget('aws')[0]?.options, {});
});

test('what is not a target is refused with the way out', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['', /cannot be read/],
    ['example', /is not a domain/],
    ['repo/src', /for a path write \.\/repo\/src/],
    ['example.com:443', /write tls:\/\/example\.com:443/],
    ['192.0.2.1', /write tls:\/\/192\.0\.2\.1:443/],
    ['gopher://x.example', /unknown scheme "gopher"/],
    ['tls://h.example:0', /port must be from 1 to 65535/],
    ['tls://h.example:70000', /port must be from 1 to 65535/],
    ['tls://', /expected tls:\/\/HOST:PORT/],
    ['aws@', /not the name of an AWS region/],
    ['aws@europe', /not the name of an AWS region/],
    ['aws:', /the profile is empty/],
    ['https://user:pw@h.example/', /must not hold a user name/],
    ['exa mple.com', /cannot be read/],
    ['-a.example', /is not a domain/],
    ['a..example', /is not a domain/],
    ['1.2.3', /is not a domain/],
    ['git:https://h.example/r.git', /cannot be read yet/],
  ];

  for (const [text, message] of table) {
    assert.throws(
      () => parseTarget(text),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
      text,
    );
  }
});

test('a password in a URL does not reach the message', () => {
  assert.throws(
    () => parseTarget(['https://u', 'hunter2@h.example/'].join(':')),
    (error: unknown) => error instanceof UsageError && !error.message.includes('hunter2'),
  );
});

test('equal ids are united: labels by key, AWS regions as a set, and no regions means all', () => {
  const two = uniteTargets([
    ...parseTarget('aws@us-east-1', { env: 'prod' }),
    ...parseTarget('aws@eu-west-1', { team: 'a' }),
  ]);
  const all = uniteTargets([...parseTarget('aws@us-east-1'), ...parseTarget('aws')]);

  assert.equal(two.length, 1);
  assert.deepEqual(two[0]?.options, { regions: ['eu-west-1', 'us-east-1'] });
  assert.deepEqual(two[0]?.target.labels, { env: 'prod', team: 'a' });
  assert.deepEqual(all[0]?.options, {});
});

/** Any text: fast-check's own of all code points, as its URLs and domains, takes most of a second to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 40 })
  .map((points) => String.fromCodePoint(...points));

/** Texts that begin as targets do. */
const written = fc
  .tuple(
    fc.constantFrom('https://', 'tls://', 'smtp://', 'aws:', 'aws@', 'git:', 'page:', 'example.com', 'h.example:443'),
    fc.constantFrom('', 'h.example', 'h:1', '[::1]:25', '192.0.2.1/x?y#z', 'eu-west-1,us-east-1', '..', ':', '@'),
    anyText,
  )
  .map((parts) => parts.join(''));

test('any text ends in targets or a UsageError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), anyText, written), (text) => {
      try {
        return parseTarget(text).length > 0;
      } catch (error) {
        return error instanceof UsageError;
      }
    }),
  );
});

test('an endpoint id can be taken apart again', () => {
  for (const protocol of ['tls', ...PROTOCOLS] as const) {
    for (const host of ['h.example', '192.0.2.1', '2001:db8::1']) {
      const name = { host, port: 4430, protocol };
      assert.deepEqual(endpointOf(endpointId(name)), name);
    }
  }
  assert.equal(endpointOf('endpoint:h'), undefined);
  assert.equal(endpointOf('endpoint:h:1/gopher'), undefined);
});
