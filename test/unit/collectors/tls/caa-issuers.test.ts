/** Authorities by the organization in their certificates, as it is written there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caaNamesOf } from '../../../../src/collectors/tls/caa-issuers.ts';

for (const [organization, name] of [
  ["Let's Encrypt", 'letsencrypt.org'],
  ['Google Trust Services', 'pki.goog'],
  ['Google Trust Services LLC', 'pki.goog'],
  ['Amazon', 'aws.amazon.com'],
  ['DigiCert Inc', 'digicert.com'],
  ['DigiCert, Inc.', 'www.digicert.com'],
  ['QuoVadis Trustlink B.V.', 'quovadisglobal.com'],
  ['Sectigo Limited', 'sectigo.com'],
  // Entrust's customers get certificates of Sectigo and of SSL.com
  ['Sectigo Limited', 'entrust.net'],
  ['SSL Corp', 'entrust.net'],
  ['SSL Corporation', 'ssl.com'],
  ['GlobalSign nv-sa', 'globalsign.com'],
  ['GoDaddy.com, Inc.', 'godaddy.com'],
  ['Microsoft Corporation', 'digicert.com'],
  ['Buypass AS-983163327', 'buypass.com'],
  ['Actalis S.p.A./03358520967', 'actalis.it'],
  ['Hellenic Academic and Research Institutions CA', 'harica.gr'],
  ['D-Trust GmbH', 'd-trust.net'],
  ['Deutsche Telekom Security GmbH', 'telesec.de'],
  ['TAIWAN-CA', 'twca.com.tw'],
  ['SECOM Trust Systems CO.,LTD.', 'secomtrust.net'],
] as const) {
  test(`${name} allows ${organization}`, () => {
    assert.ok(caaNamesOf(organization)?.includes(name));
  });
}

test('an authority is allowed by its own names only, and one that nobody knows by none that we could name', () => {
  assert.equal(caaNamesOf("Let's Encrypt")?.includes('digicert.com'), false);
  assert.equal(caaNamesOf('GlobalSign nv-sa')?.includes('sectigo.com'), false);
  assert.equal(caaNamesOf('Amazon')?.includes('digicert.com'), false);
  for (const stranger of ['', 'Example Trust GmbH', 'DigiCert Inc of Somewhere', 'constructor', '\u0000']) {
    assert.equal(caaNamesOf(stranger), undefined, stranger);
  }
});
