/** Mail providers by the names that their customers include (own observation, 2026-11): doubles and retired records. */
import { canonicalName } from '../../../wire/dns/name.ts';
import type { Mechanism } from './record.ts';

/** Registered domain of an include to the provider behind it. */
const PROVIDERS: { readonly [domain: string]: string } = {
  'google.com': 'Google',
  'googlemail.com': 'Google',
  'outlook.com': 'Microsoft 365',
  'hotmail.com': 'Microsoft 365',
  'microsoft.com': 'Microsoft 365',
  'sendgrid.net': 'SendGrid',
  'sendgrid.com': 'SendGrid',
  'mailgun.org': 'Mailgun',
  'amazonses.com': 'Amazon SES',
  'mandrillapp.com': 'Mandrill',
  'mcsv.net': 'Mailchimp',
  'zendesk.com': 'Zendesk',
  'zoho.com': 'Zoho',
  'zohomail.com': 'Zoho',
  'sparkpostmail.com': 'SparkPost',
  'mailjet.com': 'Mailjet',
};

/** Names that their providers no longer tell customers to include. */
const RETIRED: { readonly [name: string]: string } = {
  'aspmx.googlemail.com': 'Google names _spf.google.com today',
  'spf.messaging.microsoft.com': 'Microsoft names spf.protection.outlook.com today',
  'sharepointonline.com': 'SharePoint mail comes under spf.protection.outlook.com',
};

export function providerProblems(mechanisms: readonly Mechanism[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const mechanism of mechanisms) {
    const target = mechanism.name === 'include' ? mechanism.spec?.fixed : undefined;
    if (target === undefined) continue;
    const name = canonicalName(target);
    const retired = RETIRED[name];
    if (retired !== undefined) problems.push(`${name}: ${retired}`);
    const provider = PROVIDERS[name.split('.').slice(-2).join('.')];
    if (provider === undefined) continue;
    const first = seen.get(provider);
    if (first === undefined) seen.set(provider, name);
    else problems.push(`${provider}: ${first === name ? `${name} twice` : `${first} and ${name}`}`);
  }
  return problems;
}
