/** A badge in the form that badge services read: counts, never a bare "passing". */
import { own } from '../model/json.ts';
import type { Reporter } from '../model/reporter.ts';
import type { Run } from '../model/result.ts';
import { jsonDocument } from './json-document.ts';
import { plural, unwaivedFails } from './words.ts';

function claims(run: Run): { readonly message: string; readonly color: string } {
  const counts = new Map<string, number>();
  for (const claim of run.claims) {
    const verdict = own(claim, 'verdict');
    if (typeof verdict === 'string') counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const proven = counts.get('proven') ?? 0;
  const refuted = counts.get('refuted') ?? 0;
  const rest = run.claims.length - proven - refuted;
  const parts = [`${String(proven)} proven`];
  if (refuted > 0) parts.push(`${String(refuted)} refuted`);
  if (rest > 0) parts.push(`${String(rest)} open`);
  return { message: parts.join(', '), color: refuted > 0 ? 'red' : rest > 0 ? 'yellow' : 'green' };
}

function results(run: Run): { readonly message: string; readonly color: string } {
  const { byStatus, coverage } = run.summary;
  const fails = unwaivedFails(run);
  const parts = [`${String(byStatus.pass)} of ${String(coverage.applicable)} passed`];
  if (fails > 0) parts.unshift(plural(fails, 'fail'));
  if (byStatus.error > 0) parts.push(`${String(byStatus.error)} undetermined`);
  if (!run.complete) parts.push('incomplete');
  const open = byStatus.error > 0 || !run.complete || coverage.judged === 0;
  return { message: parts.join(', '), color: fails > 0 ? 'red' : open ? 'yellow' : 'green' };
}

export function badgeText(run: Run): string {
  return jsonDocument({ schemaVersion: 1, label: 'probity', ...(run.claims.length > 0 ? claims(run) : results(run)) });
}

export const badge: Reporter = {
  id: 'badge',
  mediaType: 'application/json',
  fileName: 'report.badge.json',
  render: ({ run }) => badgeText(run),
};
