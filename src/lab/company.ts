/** Brittle, the deliberately flawed company of the demo: every server of it on loopback, and the list of what was planted. */
import { generateKeyPairSync } from 'node:crypto';
import { createCa } from './ca.ts';
import { startDns } from './dns.ts';
import { GOOD_HEADERS, goodHandlers, page, paths, response, startWeb, toHttps, type LabSite } from './http.ts';
import { startPostgresServer, startSmtpServer, startTlsServer, type LabServer } from './tls.ts';
import { plantRepository } from './source.ts';
import { startAws, type LabAws } from './aws.ts';

/** A defect that was planted, and the check that has to find it. */
export interface Planted {
  readonly check: string;
  readonly target: string;
  /** What is wrong, in words for the summary. */
  readonly what: string;
}

export interface Company {
  readonly targets: readonly string[];
  readonly resolver: string;
  /** `HOST:PORT:ADDR:PORT`, as --connect-to takes it. */
  readonly connectTo: readonly string[];
  readonly caPem: string;
  readonly aws: LabAws;
  readonly planted: readonly Planted[];
  /** Things that are right: no check of these groups may fail there (a demo that only fails proves nothing). */
  readonly sound: readonly { readonly check: string; readonly target: string }[];
  close(): Promise<void>;
}

export const DOMAIN = 'brittle.example';
const SOUND = 'solid.example';
const DAY = 86_400_000;

// the public addresses below are documentation addresses (RFC 5737): nothing ever connects to them, --connect-to leads to loopback
function zone(): string[] {
  return [
    `$ORIGIN ${DOMAIN}.`,
    '$TTL 300',
    `@ SOA ns1.${DOMAIN}. hostmaster.${DOMAIN}. 2026112201 7200 3600 1209600 300`,
    '@ NS ns1',
    'ns1 A 198.51.100.53',
    '@ A 198.51.100.10',
    '@ MX 10 mail',
    'mail A 198.51.100.25',
    // a record that grew: eleven look-ups, and it ends in "neutral"
    `@ TXT "v=spf1 ${Array.from({ length: 10 }, (_, index) => `a:h${String(index)}.${DOMAIN}`).join(' ')} mx ?all"`,
    ...Array.from({ length: 10 }, (_, index) => `h${String(index)} A 198.51.100.${String(30 + index)}`),
    `_dmarc TXT "v=DMARC1; p=none; rua=mailto:dmarc@${DOMAIN}"`,
    'app A 198.51.100.11',
    'legacy A 198.51.100.12',
    'old A 198.51.100.13',
    'billing A 198.51.100.14',
    'db A 198.51.100.15',
    `$ORIGIN ${SOUND}.`,
    `@ SOA ns1.${SOUND}. hostmaster.${SOUND}. 2026112201 7200 3600 1209600 300`,
    '@ NS ns1',
    '@ NS ns2',
    'ns1 A 198.51.100.53',
    'ns2 A 203.0.113.53',
    '@ A 203.0.113.10',
    '@ MX 10 mail',
    'mail A 203.0.113.25',
    '@ TXT "v=spf1 mx -all"',
    `_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@${SOUND}"`,
    '@ CAA 0 issue "ca.example"',
    `@ CAA 0 iodef "mailto:security@${SOUND}"`,
    `s1._domainkey TXT ${dkimKey()}`,
    `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@${SOUND}"`,
  ];
}

/** A DKIM key record of RSA 2048 as quoted strings of a zone file: more than the 255 octets that one string holds. */
function dkimKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
  return (record.match(/.{1,200}/g) ?? []).map((part) => `"${part}"`).join(' ');
}

const without = (header: string): string[] =>
  GOOD_HEADERS.filter((line) => !line.toLowerCase().startsWith(`${header.toLowerCase()}:`));

const SECURITY_PAGE = page(
  without('Strict-Transport-Security'),
  `<h1>Security at Brittle</h1><ul><li>All connections use TLS 1.2 or higher.</li><li>We publish SPF and enforce DMARC.</li>
<li>Encryption keys are rotated once a year.</li><li>No credentials are kept in our source code.</li></ul>`,
);

/** Starts everything. `folder` is where the planted repository is made; the caller removes it. */
export async function startCompany(folder: string): Promise<Company> {
  const now = Date.now();
  const ca = createCa({ name: 'Brittle Demo CA' });
  const good = (name: string) => ca.issue({ names: [name] });
  const flawless = good(SOUND);
  const main = good(DOMAIN);
  const app = good(`app.${DOMAIN}`);
  const mail = good(`mail.${SOUND}`);
  const legacy = ca.issue({ names: [`legacy.${DOMAIN}`], keyType: 'rsa' });
  const old = ca.issue({
    names: [`old.${DOMAIN}`],
    notBefore: new Date(now - 400 * DAY),
    notAfter: new Date(now - 12 * DAY),
  });
  const billing = ca.issue({ names: [`shop.${DOMAIN}`] });

  const sites: LabSite[] = [
    {
      name: SOUND,
      certificate: { chainPem: flawless.chainPem, keyPem: flawless.keyPem },
      ...goodHandlers(SOUND),
    },
    {
      name: DOMAIN,
      certificate: { chainPem: main.chainPem, keyPem: main.keyPem },
      https: paths({ '/': page(without('Strict-Transport-Security')), '/security': SECURITY_PAGE }),
      // no redirect: the site is served in the clear
      http: paths({ '/': page() }),
    },
    {
      name: `app.${DOMAIN}`,
      certificate: { chainPem: app.chainPem, keyPem: app.keyPem },
      https: paths({
        '/': response(
          '200 OK',
          [
            ...without('Strict-Transport-Security'),
            'Strict-Transport-Security: max-age=abc; includeSubDomains',
            'Set-Cookie: session=opaque; Path=/',
          ],
          '<!doctype html><title>App</title>',
        ),
      }),
      http: toHttps,
    },
  ];
  const web = await startWeb(sites);
  const servers: LabServer[] = [];
  const start = async (server: Promise<LabServer>): Promise<number> => {
    const started = await server;
    servers.push(started);
    return started.port;
  };
  const tls = (issued: { readonly chainPem: string; readonly keyPem: string }) => ({
    certPem: issued.chainPem,
    keyPem: issued.keyPem,
  });
  const ports = {
    legacy: await start(
      startTlsServer({ ...tls(legacy), minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers: 'DEFAULT:@SECLEVEL=0' }),
    ),
    old: await start(startTlsServer(tls(old))),
    billing: await start(startTlsServer(tls(billing))),
    plainMail: await start(startSmtpServer({})),
    mail: await start(startSmtpServer({ tls: tls(mail) })),
    database: await start(startPostgresServer({})),
  };
  const dns = await startDns({ lines: zone() });
  const aws = await startAws();
  const repository = plantRepository(folder);

  const loopback = (host: string, port: number, to: number): string =>
    `${host}:${String(port)}:127.0.0.1:${String(to)}`;
  const webHosts = [SOUND, DOMAIN, `app.${DOMAIN}`];
  const connectTo = [
    ...webHosts.flatMap((host) => [loopback(host, 443, web.httpsPort), loopback(host, 80, web.httpPort)]),
    loopback(`legacy.${DOMAIN}`, 443, ports.legacy),
    loopback(`old.${DOMAIN}`, 443, ports.old),
    loopback(`billing.${DOMAIN}`, 443, ports.billing),
    loopback(`mail.${DOMAIN}`, 25, ports.plainMail),
    loopback(`mail.${SOUND}`, 25, ports.mail),
    loopback(`db.${DOMAIN}`, 5432, ports.database),
    // the name servers that the zones name are this one too: no packet leaves the machine
    ...['198.51.100.53', '203.0.113.53'].map((address) => loopback(address, 53, Number(dns.address.split(':')[1]))),
  ];
  const source = `source:${folder}`;
  return {
    targets: [
      DOMAIN,
      SOUND,
      `https://app.${DOMAIN}/`,
      `tls://legacy.${DOMAIN}:443`,
      `tls://old.${DOMAIN}:443`,
      `tls://billing.${DOMAIN}:443`,
      `postgres://db.${DOMAIN}:5432`,
      'aws@eu-west-1',
      folder,
    ],
    resolver: dns.address,
    connectTo,
    caPem: ca.certPem,
    aws,
    planted: [
      { check: 'spf.lookups.over', target: `domain:${DOMAIN}`, what: 'an SPF record with eleven look-ups' },
      { check: 'spf.all.neutral', target: `domain:${DOMAIN}`, what: 'an SPF record that ends in ?all' },
      { check: 'dmarc.p.none', target: `domain:${DOMAIN}`, what: 'a DMARC policy that enforces nothing' },
      { check: 'dns.caa.missing', target: `domain:${DOMAIN}`, what: 'no CAA record' },
      { check: 'dns.ns.count', target: `domain:${DOMAIN}`, what: 'a single name server' },
      { check: 'mtasts.missing', target: `domain:${DOMAIN}`, what: 'no MTA-STS' },
      { check: 'tlsrpt.missing', target: `domain:${DOMAIN}`, what: 'no TLS reporting' },
      {
        check: 'starttls.not-offered',
        target: `endpoint:mail.${DOMAIN}:25/smtp`,
        what: 'a mail server without STARTTLS',
      },
      { check: 'tls.proto.tls10', target: `endpoint:legacy.${DOMAIN}:443`, what: 'TLS 1.0' },
      { check: 'tls.proto.tls11', target: `endpoint:legacy.${DOMAIN}:443`, what: 'TLS 1.1' },
      { check: 'cert.expired', target: `endpoint:old.${DOMAIN}:443`, what: 'an expired certificate' },
      { check: 'cert.name.mismatch', target: `endpoint:billing.${DOMAIN}:443`, what: 'a certificate for another name' },
      {
        check: 'db.postgres.ssl-refused',
        target: `endpoint:db.${DOMAIN}:5432/postgres`,
        what: 'a database that refuses TLS',
      },
      { check: 'http.hsts.missing', target: `site:https://${DOMAIN}/`, what: 'no HSTS' },
      { check: 'http.redirect.missing', target: `site:https://${DOMAIN}/`, what: 'a site served in the clear' },
      { check: 'sectxt.missing', target: `site:https://${DOMAIN}/`, what: 'no security.txt' },
      {
        check: 'http.hsts.invalid',
        target: `site:https://app.${DOMAIN}/`,
        what: 'an HSTS header that no browser understands (max-age=abc)',
      },
      { check: 'http.cookie.secure', target: `site:https://app.${DOMAIN}/`, what: 'a session cookie without Secure' },
      ...aws.planted,
      ...repository.planted.map((planted) => ({ ...planted, target: source })),
    ],
    sound: [
      { check: 'spf', target: `domain:${SOUND}` },
      { check: 'dmarc', target: `domain:${SOUND}` },
      { check: 'tls', target: `endpoint:${SOUND}:443` },
      { check: 'http.hsts', target: `site:https://${SOUND}/` },
      { check: 'http.redirect', target: `site:https://${SOUND}/` },
    ],
    async close() {
      await Promise.all([web.close(), dns.close(), aws.close(), ...servers.map((server) => server.close())]);
    },
  };
}
