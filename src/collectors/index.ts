/** The collectors there are: known by id without loading them, so that an unused SDK costs nothing. */
import type { CollectorEntry } from '../model/collector.ts';

export const COLLECTORS: readonly CollectorEntry[] = [
  {
    id: 'aws',
    accepts: ['aws'],
    leadsTo: [],
    title: 'one region of an AWS account: KMS, ACM, EC2, RDS, load balancers, secrets, GuardDuty, Config',
    schema: async () => (await import('./aws/schema.ts')).regionalSchema,
    load: async () => (await import('./aws/regional.ts')).aws,
  },
  {
    id: 'aws-global',
    accepts: ['aws-global'],
    leadsTo: [],
    title: 'an AWS account as a whole: IAM, S3, CloudTrail, CloudFront, contacts',
    schema: async () => (await import('./aws/schema.ts')).globalSchema,
    load: async () => (await import('./aws/global.ts')).awsGlobal,
  },
  {
    id: 'aws-login',
    accepts: ['aws-login'],
    leadsTo: ['aws', 'aws-global'],
    title: 'AWS credentials: whose they are, and the regions to look at',
    schema: async () => (await import('./aws/schema.ts')).loginSchema,
    load: async () => (await import('./aws/login.ts')).awsLogin,
  },
  {
    id: 'dns',
    accepts: ['domain'],
    leadsTo: ['endpoint', 'site'],
    title: 'DNS records of a domain: zone, mail exchangers, SPF, DMARC, DKIM, MTA-STS, TLS-RPT, CAA',
    schema: async () => await import('./dns/schema.ts'),
    load: async () => (await import('./dns/index.ts')).collector,
  },
  {
    id: 'http',
    accepts: ['site'],
    leadsTo: [],
    title: 'sites: redirect hops, headers, cookies, HSTS, security.txt',
    schema: async () => await import('./http/schema.ts'),
    load: async () => (await import('./http/collector.ts')).collector,
  },
  {
    id: 'packages',
    accepts: ['source'],
    leadsTo: [],
    title: 'packages of a source tree: manifests, lockfiles, registry settings',
    schema: async () => await import('./packages/schema.ts'),
    load: async () => (await import('./packages/collector.ts')).packages,
  },
  {
    id: 'secrets',
    accepts: ['source'],
    leadsTo: [],
    title: 'credentials in a source tree, by detector; values never leave the scanner',
    schema: async () => await import('./secrets/schema.ts'),
    load: async () => (await import('./secrets/collector.ts')).secrets,
  },
  {
    id: 'tls',
    accepts: ['endpoint'],
    leadsTo: [],
    title: 'TLS endpoints: versions, sessions, certificates, STARTTLS',
    schema: async () => await import('./tls/schema.ts'),
    load: async () => (await import('./tls/collector.ts')).collector,
  },
];
