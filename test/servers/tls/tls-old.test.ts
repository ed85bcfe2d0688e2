import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { collector } from '../../../src/collectors/tls/collector.ts';
import { isObject, type Json } from '../../../src/model/json.ts';
import { jobFor, labIo } from '../../unit/collectors/tls/lab-io.ts';
import { makeMaterial, oldNode, startOldNode } from './peers.ts';

const material = makeMaterial();
after(() => material.clear());

async function factsOf(program: string): Promise<{ readonly [fact: string]: Json }> {
  const server = await startOldNode(material, program, { ciphers: 'ALL:COMPLEMENTOFALL' });
  const job = labIo({ timeoutMs: 1500 });
  try {
    const parts = ['suites', 'served', 'questions', 'intrusive'];
    const raw = await collector.observe(jobFor(`a.test:${String(server.port)}`, { parts }), job.io);
    const { facts } = collector.interpret(raw);
    assert.ok(isObject(facts));
    return facts;
  } finally {
    job.end();
    await server.stop();
  }
}

const old = oldNode('0.10.28');

// CVE-2014-0224 was mended in 1.0.1h; CVE-2014-0160 in 1.0.1g
test(
  'OpenSSL 1.0.1g takes an early ChangeCipherSpec, and has the other defects no more',
  { skip: old === undefined },
  async () => {
    const { intrusive, fallback, protocols, ciphers } = await factsOf(old ?? '');

    assert.ok(isObject(intrusive) && isObject(protocols) && isObject(ciphers));
    assert.equal(intrusive['earlyCcs'], true);
    for (const defect of ['heartbleed', 'robot', 'ticketbleed', 'badPadding', 'paddingOracle', 'insecureRenegotiation'])
      assert.equal(intrusive[defect], false, defect);
    assert.equal(intrusive['clientRenegotiation'], true);
    assert.deepEqual(fallback, { refused: false });
    assert.deepEqual(protocols['sslv2'], {
      offered: true,
      kinds: [
        'SSL_CK_RC4_128_WITH_MD5',
        'SSL_CK_RC4_128_EXPORT40_WITH_MD5',
        'SSL_CK_RC2_128_CBC_WITH_MD5',
        'SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5',
        'SSL_CK_IDEA_128_CBC_WITH_MD5',
        'SSL_CK_DES_64_CBC_WITH_MD5',
        'SSL_CK_DES_192_EDE3_CBC_WITH_MD5',
      ],
    });
    for (const kind of ['rc4', 'des', 'idea', 'seed'] as const)
      assert.ok(Array.isArray(ciphers[kind]) && ciphers[kind].length > 0, kind);
  },
);
