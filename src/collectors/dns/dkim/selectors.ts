/** Selectors that are asked for: those of the configuration, and names that mail providers use (facts/email §4). */

export const KNOWN_SELECTORS: readonly string[] = (
  'default dkim mail email smtp google selector1 selector2 s1 s2 s1024 s2048 k1 k2 k3 mandrill mailjet mg mx pic ' +
  'pm fm1 fm2 fm3 protonmail protonmail2 protonmail3 sig1 zoho zendesk1 zendesk2 mxvault cm litesrv ml turbo-smtp ' +
  'everlytickey1 everlytickey2 ctct1 ctct2 hs1 hs2 dk key1 key2 mta krs scph0920 sailthru sparkpost resend brevo1 ' +
  'brevo2 titan1 cf2024-1 20230601 proofpoint intercom sfdc fd fddkim m1 sm'
).split(' ');

/** Nobody chooses this one: what answers for it answers for every selector. */
export const RANDOM_SELECTOR = 'probity-no-such-selector';

/** Configured selectors that are looked at. */
export const MAX_CONFIGURED = 40;

/** The date that a selector names (20230601, s202306, 2023-06), as an instant. */
export function dateOf(selector: string): string | undefined {
  const match = /(?:^|[^0-9])(20[0-3][0-9])-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])?(?:[^0-9]|$)/.exec(selector);
  const [, year, month, day] = match ?? [];
  if (year === undefined || month === undefined) return undefined;
  const instant = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? '1')));
  // 20230231 is no date
  return instant.getUTCMonth() === Number(month) - 1 ? instant.toISOString().replace('.000', '') : undefined;
}
