/** Builds realistic runs in code for the tests of assurance and reports: a small company, or as many results as wanted. */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { digestOf, evidenceDigest } from '../../src/assurance/digest.ts';
import { sealRun, type SealInput } from '../../src/assurance/seal.ts';
import type { Check, Reference, Severity, Status } from '../../src/model/check.ts';
import type { Evidence } from '../../src/model/evidence.ts';
import { fault, isFaultCode } from '../../src/model/fault.ts';
import type { Framework } from '../../src/model/framework.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { View } from '../../src/model/reporter.ts';
import type { EvidenceEntry, Location, Reason, ResultWaiver, Run, Verdict } from '../../src/model/result.ts';
import { subjectOf, type Target, type TargetKind } from '../../src/model/target.ts';
import { loadFrameworks } from '../../src/packs/frameworks.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const AS_OF = '2026-11-22T10:00:00.000Z';

let assets: { readonly [name: string]: string } | undefined;
let frameworks: readonly Framework[] | undefined;

/** The files of reports/ by name, as the commands hand them to a view. */
export function reportAssets(): { readonly [name: string]: string } {
  if (assets === undefined) {
    const read: { [name: string]: string } = {};
    for (const name of readdirSync(`${ROOT}reports`)) read[name] = readFileSync(`${ROOT}reports/${name}`, 'utf8');
    assets = read;
  }
  return assets;
}

export function shippedFrameworks(): readonly Framework[] {
  frameworks ??= loadFrameworks(`${ROOT}checks/frameworks`);
  return frameworks;
}

export function target(kind: TargetKind, id: string, extra: Partial<Target> = {}): Target {
  return { kind, id, labels: {}, ...extra };
}

/** `raw` may be a fault code: then the job saw nothing. */
export function evidenceOf(collector: string, of: Target, raw: Json, options: JsonObject = {}): Evidence {
  const id = `ev-${digestOf([collector, of.id, options]).slice(7, 23)}`;
  const outcome = isFaultCode(raw) ? { is: 'fault' as const, fault: fault(raw) } : { is: 'observed' as const, raw };
  const body = {
    schema: 'evidence/1' as const,
    id,
    job: { collector, target: of, options },
    collectorVersion: 1,
    startedAt: '2026-11-22T10:00:01.250Z',
    elapsedMs: 84,
    attempts: 1,
    redactions: 0,
    outcome,
    digest: '',
  };
  return { ...body, digest: evidenceDigest(body) };
}

export function entryOf(evidence: Evidence): EvidenceEntry {
  const { id, job, startedAt, digest } = evidence;
  return { id, collector: job.collector, target: job.target.id, observedAt: startedAt, digest };
}

export function checkOf(
  id: string,
  kind: TargetKind,
  collector: string,
  severity: Severity,
  title: string,
  extra: Partial<Check> = {},
): Check {
  return {
    id,
    version: 1,
    title,
    severity,
    needs: [collector],
    target: kind,
    references: [{ spec: 'RFC 9999', section: '1' }],
    assert: { path: 'x', op: 'present', value: null },
    remediation: 'Correct it.',
    examples: [],
    ...extra,
  };
}

export function verdictOf(check: Check, of: Target, status: Status, extra: Partial<Verdict> = {}): Verdict {
  return {
    check: check.id,
    version: check.version,
    title: check.title,
    severity: check.severity,
    target: of.id,
    subject: subjectOf(of),
    status,
    message: `${subjectOf(of)}: ${check.title}`,
    reasons: [],
    references: check.references,
    remediation: check.remediation,
    ...extra,
  };
}

export interface Built {
  readonly run: Run;
  readonly input: SealInput;
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly checks: readonly Check[];
  readonly frameworks: readonly Framework[];
}

export function viewOf(built: Built, assets: View['assets'] = reportAssets()): View {
  return {
    run: built.run,
    evidence: (id) => built.evidence.get(id),
    assets,
    frameworks: built.frameworks,
    checks: built.checks,
  };
}

function seal(
  targets: readonly Target[],
  evidence: readonly Evidence[],
  checks: readonly Check[],
  verdicts: readonly Verdict[],
  frameworks: readonly Framework[],
  extra: Partial<SealInput> = {},
): Built {
  const jobs = (of: Target): { planned: number; observed: number; faulted: number } => {
    const mine = evidence.filter((entry) => entry.job.target.id === of.id);
    const observed = mine.filter((entry) => entry.outcome.is === 'observed').length;
    return { planned: mine.length, observed, faulted: mine.length - observed };
  };
  const planned = new Set(evidence.map((entry) => `${entry.job.collector} ${entry.job.target.id}`));
  const input: SealInput = {
    toolVersion: '0.1.0',
    id: '0f9a6c1e-6d0b-4c53-9a55-0d3c1f6b7a21',
    asOf: AS_OF,
    startedAt: AS_OF,
    finishedAt: '2026-11-22T10:00:07.480Z',
    complete: true,
    configDigest: digestOf('inputs'),
    packs: [{ name: 'checks', digest: digestOf('checks') }],
    targets: targets.map((of) => ({ target: of, jobs: jobs(of) })),
    verdicts,
    evidence: evidence.map(entryOf),
    checks,
    frameworks,
    planned: (collector, of) => planned.has(`${collector} ${of}`),
    ...extra,
  };
  return {
    run: sealRun(input),
    input,
    evidence: new Map(evidence.map((entry) => [entry.id, entry])),
    checks,
    frameworks,
  };
}

function rfc(number: number, section: string): Reference {
  return {
    spec: `RFC ${String(number)}`,
    section,
    url: `https://www.rfc-editor.org/rfc/rfc${String(number)}#section-${section}`,
  };
}

/** A small company with a bit of everything: fails of all severities, errors, waivers, manual, source findings. */
export function companyRun(extra: Partial<SealInput> = {}): Built {
  const domain = target('domain', 'domain:harborline.example', { labels: { env: 'prod' } });
  const parked = target('domain', 'domain:harborline-parked.example');
  const web = target('endpoint', 'endpoint:harborline.example:443', { parent: domain.id });
  const mail = target('endpoint', 'endpoint:mx1.harborline.example:25/smtp', { parent: domain.id });
  const site = target('site', 'site:https://harborline.example/', { parent: domain.id });
  const login = target('aws-login', 'aws:default');
  const ireland = target('aws', 'aws:123456789012/eu-west-1', { parent: login.id });
  const virginia = target('aws', 'aws:123456789012/us-east-1', { parent: login.id });
  const source = target('source', 'source:./app');

  const arn = (region: string, key: string): string => `arn:aws:kms:${region}:123456789012:key/${key}`;
  const payments = arn('eu-west-1', '4c1b7f0e-8d0a-4b8e-9a3f-2f6f0a9d1b11');
  const archive = arn('eu-west-1', 'b0a1d2c3-1f2e-4d5c-8b9a-7c6d5e4f3a2b');
  const dns = evidenceOf('dns', domain, {
    records: [
      {
        name: '_dmarc.harborline.example',
        type: 'TXT',
        ttl: 3600,
        data: 'v=DMARC1; p=none; rua=mailto:d@harborline.example',
      },
      { name: 'harborline.example', type: 'TXT', ttl: 300, data: 'v=spf1 include:_spf.mailer.example a mx ?all' },
      {
        name: 'harborline.example',
        type: 'MX',
        ttl: 300,
        data: { preference: 10, exchange: 'mx1.harborline.example' },
      },
      { name: 'harborline.example', type: 'CAA', status: 'NODATA' },
    ],
    server: '127.0.0.1:5353',
  });
  const dnsParked = evidenceOf('dns', parked, 'dns.servfail');
  const tlsWeb = evidenceOf('tls', web, {
    protocols: {
      SSLv3: 'refused',
      'TLSv1.0': 'accepted',
      'TLSv1.1': 'accepted',
      'TLSv1.2': 'accepted',
      'TLSv1.3': 'accepted',
    },
    chain: ['MIIB…'],
    notAfter: '2026-12-01T00:00:00Z',
  });
  const tlsMail = evidenceOf('tls', mail, 'net.timeout');
  const http = evidenceOf('http', site, {
    hops: [
      {
        url: 'https://harborline.example/',
        status: 200,
        headers: [
          ['strict-transport-security', 'max-age=300'],
          ['server', 'nginx/1.18.0'],
        ],
      },
    ],
    securityTxt: { status: 404 },
  });
  const kmsIreland = evidenceOf('aws', ireland, {
    keys: [
      { arn: payments, rotation: { enabled: false } },
      { arn: archive, rotation: { enabled: true, period: 365 } },
    ],
    certificates: [
      { arn: 'arn:aws:acm:eu-west-1:123456789012:certificate/11111111', notAfter: '2027-05-01T00:00:00Z' },
    ],
  });
  const kmsVirginia = evidenceOf('aws', virginia, 'aws.access-denied');
  const secrets = evidenceOf('secrets', source, {
    findings: [
      {
        detector: 'aws-access-key',
        path: 'deploy/old-release.sh',
        line: 41,
        column: 12,
        excerpt: 'AKIA…',
        secretId: '9f2c',
      },
    ],
    coverage: { files: 412, bytes: 5_310_233, skipped: [{ path: 'assets/video.mp4', why: 'source.too-large' }] },
  });
  const packages = evidenceOf('packages', source, { manifests: 1, lockfile: 'package-lock.json', entries: 318 });

  const because = (
    path: string,
    op: string,
    expected: Json,
    actual: Json,
    evidence: Evidence,
    at: string,
    more: Partial<Reason> = {},
  ): readonly Reason[] => [
    { path, op, expected, actual, evidence: `${evidence.id}${at === '' ? '' : `#${at}`}`, ...more },
  ];

  const dmarc = checkOf('dmarc.p.none', 'domain', 'dns', 'medium', 'DMARC asks receivers to quarantine or reject', {
    references: [rfc(9989, '4.7')],
    description:
      'With p=none a receiver delivers forged mail as if nothing were wrong; the record then only counts it.',
    remediation: 'Publish `p=quarantine`, then `p=reject` once the reports are clean.',
  });
  const spf = checkOf('spf.all.neutral', 'domain', 'dns', 'medium', 'SPF ends in ~all or -all', {
    references: [rfc(7208, '5.1')],
    remediation: 'End the record in `-all`.',
  });
  const caa = checkOf('dns.caa.missing', 'domain', 'dns', 'low', 'A CAA record names who may issue certificates', {
    references: [rfc(8659, '4')],
    description: 'Without CAA every public authority may issue for the name.',
    remediation: 'Add a CAA record that names your certificate authority.',
  });
  const tls10 = checkOf('tls.proto.tls10', 'endpoint', 'tls', 'high', 'TLS 1.0 is refused', {
    references: [rfc(8996, '4')],
    description: 'TLS 1.0 was withdrawn in 2021: its ciphers and hashes are broken or near it.',
    remediation: 'Allow TLS 1.2 and 1.3 only.',
  });
  const ssl3 = checkOf('tls.proto.sslv3', 'endpoint', 'tls', 'critical', 'SSLv3 is refused', {
    references: [rfc(7568, '3')],
    remediation: 'Turn SSLv3 off.',
  });
  const expires = checkOf(
    'cert.expires-soon',
    'endpoint',
    'tls',
    'high',
    'The certificate is valid for at least 14 more days',
    {
      references: [{ spec: 'CA/Browser Forum BR', section: '6.3.2' }],
      remediation: 'Renew the certificate, and let it renew by itself.',
    },
  );
  const hsts = checkOf('http.hsts.short', 'site', 'http', 'medium', 'HSTS is remembered for at least half a year', {
    references: [rfc(6797, '6.1.1')],
    description: 'A browser that forgets after five minutes can be led to plain HTTP on the next visit.',
    remediation: 'Send `Strict-Transport-Security: max-age=31536000; includeSubDomains` on every HTTPS response.',
  });
  const sectxt = checkOf(
    'sectxt.missing',
    'site',
    'http',
    'info',
    'A security.txt tells where to report a vulnerability',
    {
      references: [rfc(9116, '3')],
      remediation: 'Serve /.well-known/security.txt with Contact and Expires.',
    },
  );
  const rotation = checkOf('kms.rotation.off', 'aws', 'aws', 'high', 'Customer keys rotate every year', {
    references: [{ spec: 'CIS AWS Foundations 7.0', section: '4.6' }],
    each: { path: 'keys', as: 'key', subject: 'key.arn', onEmpty: 'pass' },
    description: 'A key that never changes protects ever more data with one secret.',
    remediation: 'Enable automatic rotation on the key.',
  });
  const acm = checkOf('acm.expired', 'aws', 'aws', 'critical', 'No certificate in ACM has expired', {
    references: [{ spec: 'ACM User Guide', section: 'managed renewal' }],
    remediation: 'Renew or delete the certificate.',
  });
  const akia = checkOf(
    'secret.aws-access-key',
    'source',
    'secrets',
    'critical',
    'No AWS access key stands in the code',
    {
      references: [{ spec: 'CWE', section: '798', url: 'https://cwe.mitre.org/data/definitions/798.html' }],
      each: { path: 'findings', as: 'finding', subject: 'finding.path', onEmpty: 'silent' },
      remediation: 'Revoke the key in IAM, then take it out of the code.',
    },
  );
  const none = checkOf('secret.none', 'source', 'secrets', 'high', 'No credential was found and everything was read', {
    references: [{ spec: 'CWE', section: '798' }],
    remediation: 'Revoke what was found; make readable what was not read.',
  });
  const lockfile = checkOf('package.lockfile.missing', 'source', 'packages', 'medium', 'The dependencies are locked', {
    references: [{ spec: 'SLSA 1.2', section: 'build' }],
    remediation: 'Commit the lockfile.',
  });
  const scripts = checkOf(
    'package.install-script',
    'source',
    'packages',
    'low',
    'No dependency runs a script at install time',
    {
      references: [{ spec: 'npm CLI', section: 'scripts' }],
      remediation: 'Set `ignore-scripts=true`.',
    },
  );
  const review = checkOf('page.report', 'domain', 'dns', 'info', 'A report of an outside test was read by a person', {
    references: [{ spec: 'ISO/IEC 27001', section: 'A.5.35' }],
    assert: { manual: 'Read the latest test report and its date.' },
    remediation: 'Ask for the latest report.',
  });
  const checks = [
    dmarc,
    spf,
    caa,
    tls10,
    ssl3,
    expires,
    hsts,
    sectxt,
    rotation,
    acm,
    akia,
    none,
    lockfile,
    scripts,
    review,
  ];

  const waiver: ResultWaiver = {
    id: 'tls10-old-scanners',
    owner: 'platform@harborline.example',
    reason: 'Warehouse scanners speak TLS 1.0 until they are replaced in March',
    expires: '2027-03-31T00:00:00Z',
  };
  const finding: Location = { file: 'deploy/old-release.sh', line: 41, column: 12 };
  const missing = {
    fault: { code: 'dns.servfail', message: 'the DNS server failed (SERVFAIL) for harborline-parked.example' },
  };
  const denied = {
    fault: {
      code: 'aws.access-denied',
      message: 'kms:ListKeys in us-east-1 was refused for arn:aws:iam::123456789012:role/audit',
    },
  };
  const timeout = { fault: { code: 'net.timeout', message: 'the connection to mx1.harborline.example:25 timed out' } };
  const unseen = (code: string, evidence: Evidence): readonly Reason[] =>
    because('protocols', 'eq', 'refused', null, evidence, '', { unknown: code });
  const verdicts: Verdict[] = [
    verdictOf(dmarc, domain, 'fail', {
      subject: '_dmarc.harborline.example',
      message: '_dmarc.harborline.example: policy is none; expected one of quarantine, reject',
      reasons: because('dmarc.policy', 'in', ['quarantine', 'reject'], 'none', dns, '/records/0'),
    }),
    verdictOf(spf, domain, 'fail', {
      message: 'harborline.example: the last mechanism is ?all; expected one of ~all, -all',
      reasons: because('spf.all', 'in', ['~all', '-all'], '?all', dns, '/records/1'),
    }),
    verdictOf(caa, domain, 'fail', {
      message: 'harborline.example: CAA is absent; expected present',
      reasons: because('caa', 'present', null, null, dns, '/records/3', { absent: true }),
    }),
    verdictOf(review, domain, 'manual', { message: 'Read the latest test report and its date.' }),
    ...[dmarc, spf, caa].map((check) =>
      verdictOf(check, parked, 'error', {
        message: 'harborline-parked.example: could not be asked, the DNS server failed (SERVFAIL)',
        reasons: because('records', 'present', null, null, dnsParked, '', { unknown: 'dns.servfail' }),
        ...missing,
      }),
    ),
    verdictOf(tls10, web, 'fail', {
      message: 'harborline.example:443: TLS 1.0 is accepted; expected refused',
      reasons: because('protocols.tls10', 'eq', 'refused', 'accepted', tlsWeb, '/protocols/TLSv1.0'),
      waiver,
    }),
    verdictOf(ssl3, web, 'pass', {
      message: 'harborline.example:443: SSLv3 is refused',
      reasons: because('protocols.sslv3', 'eq', 'refused', 'refused', tlsWeb, '/protocols/SSLv3'),
    }),
    verdictOf(expires, web, 'fail', {
      message: 'harborline.example:443: the certificate ends 2026-12-01, in 9 days; expected after 2026-12-06',
      reasons: because('certificate.notAfter', 'after', 'now+14d', '2026-12-01T00:00:00Z', tlsWeb, '/notAfter'),
    }),
    ...[tls10, ssl3, expires].map((check) =>
      verdictOf(check, mail, 'error', {
        message: 'mx1.harborline.example:25: could not be told, the connection timed out',
        reasons: unseen('net.timeout', tlsMail),
        ...timeout,
      }),
    ),
    verdictOf(hsts, site, 'fail', {
      message: 'https://harborline.example/: max-age is 300 s (5 minutes); expected at least 15552000 s (180 days)',
      reasons: because('hsts.maxAge', 'gte', 15_552_000, 300, http, '/hops/0/headers/0/1'),
    }),
    verdictOf(sectxt, site, 'fail', {
      message: 'https://harborline.example/: security.txt is absent (404); expected present',
      reasons: because('securityTxt', 'present', null, null, http, '/securityTxt', { absent: true }),
    }),
    verdictOf(rotation, ireland, 'fail', {
      subject: payments,
      message: `${payments}: rotation is off; expected on`,
      reasons: because('key.rotation.enabled', 'eq', true, false, kmsIreland, '/keys/0/rotation/enabled'),
    }),
    verdictOf(rotation, ireland, 'pass', {
      subject: archive,
      message: `${archive}: rotation is on`,
      reasons: because('key.rotation.enabled', 'eq', true, true, kmsIreland, '/keys/1/rotation/enabled'),
    }),
    verdictOf(acm, ireland, 'pass', {
      message: 'aws:123456789012/eu-west-1: the one certificate is valid until 2027-05-01',
      reasons: because(
        'certificates',
        'count',
        { gte: 1 },
        [{ notAfter: '2027-05-01T00:00:00Z' }],
        kmsIreland,
        '/certificates',
      ),
    }),
    ...[rotation, acm].map((check) =>
      verdictOf(check, virginia, 'error', {
        message: 'aws:123456789012/us-east-1: could not be told, AWS refused the call: the permission is missing',
        reasons: unseen('aws.access-denied', kmsVirginia),
        ...denied,
      }),
    ),
    verdictOf(akia, source, 'fail', {
      subject: 'deploy/old-release.sh',
      message: 'deploy/old-release.sh: an AWS access key (AKIA…) stands in line 41',
      location: finding,
      reasons: because('finding.detector', 'absent', null, 'aws-access-key', secrets, '/findings/0'),
    }),
    verdictOf(none, source, 'fail', {
      message: 'source:./app: 1 credential in 412 files (5.3 MB); 1 file was not read',
      reasons: because('findings', 'count', { eq: 0 }, 1, secrets, '/findings'),
    }),
    verdictOf(lockfile, source, 'pass', {
      message: 'source:./app: package-lock.json is there, with 318 entries',
      reasons: because('lockfile', 'present', null, 'package-lock.json', packages, '/lockfile'),
    }),
    verdictOf(scripts, source, 'not-applicable', {
      message: 'source:./app: no dependency has an install script',
      reasons: because('installScripts', 'count', { gte: 1 }, [], packages, ''),
    }),
  ];
  const evidence = [dns, dnsParked, tlsWeb, tlsMail, http, kmsIreland, kmsVirginia, secrets, packages];
  const targets = [domain, parked, web, mail, site, login, ireland, virginia, source];
  return seal(targets, evidence, checks, verdicts, shippedFrameworks(), extra);
}

/** `size` results over 100 checks, a tenth failing and a fiftieth undetermined; equal input gives equal output. */
export function largeRun(size: number, frameworks: readonly Framework[] = []): Built {
  const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
  const checks = Array.from({ length: 100 }, (_, index) =>
    checkOf(
      `tls.cipher.rule${String(index)}`,
      'endpoint',
      'tls',
      severities[index % 5] ?? 'low',
      `Requirement number ${String(index)} holds on every endpoint`,
      { remediation: 'Change the configuration of the server as the clause says.' },
    ),
  );
  const targets = Array.from({ length: Math.ceil(size / 100) }, (_, index) =>
    target('endpoint', `endpoint:host${String(index)}.fleet.example:443`),
  );
  const evidence = targets.map((of, index) => evidenceOf('tls', of, { index, note: hash('sha256', of.id) }));
  const verdicts: Verdict[] = [];
  for (let at = 0; at < size; at += 1) {
    const of = targets[Math.floor(at / 100)];
    const check = checks[at % 100];
    const seen = evidence[Math.floor(at / 100)];
    if (of === undefined || check === undefined || seen === undefined) continue;
    const roll = Number.parseInt(hash('sha256', String(at)).slice(0, 6), 16) % 100;
    const status: Status = roll < 10 ? 'fail' : roll < 12 ? 'error' : roll < 20 ? 'not-applicable' : 'pass';
    verdicts.push(
      verdictOf(check, of, status, {
        message: `${subjectOf(of)}: value is ${String(roll)}; expected at least 10`,
        reasons: [
          {
            path: 'value',
            op: 'gte',
            expected: 10,
            actual: status === 'error' ? null : roll,
            evidence: `${seen.id}#/index`,
          },
        ],
        ...(status === 'error'
          ? { fault: { code: 'tls.timeout', message: 'the TLS server did not answer in time' } }
          : {}),
      }),
    );
  }
  return seal(targets, evidence, checks, verdicts, frameworks);
}
