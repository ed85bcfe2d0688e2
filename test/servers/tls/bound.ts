/** The fewest connections in which a server can show what was found: one suite and one group a handshake (facts/tls §2). */
import type { Scan } from '../../../src/collectors/tls/scan.ts';

export function lowerBound(scan: Scan): number {
  const { versions, groups } = scan;
  const groupsOf = (version: string): number => groups.filter((group) => group.version === version).length;
  // SSLv2 answers everything at once
  let bound = 1;
  for (const version of ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2'] as const)
    bound += versions[version].offered === true ? versions[version].suites.length + 1 : 1;
  const modern = versions['TLSv1.3'];
  bound += modern.offered === true ? Math.max(modern.suites.length, groupsOf('TLSv1.3')) + 2 : 1;
  const highest = (['TLSv1.2', 'TLSv1.1', 'TLSv1.0'] as const).find((version) => versions[version].offered === true);
  if (highest === undefined || groupsOf(highest) === 0) return bound;
  const ecdhe = versions[highest].suites.filter(({ name }) => name.includes('ECDHE')).length;
  return bound + Math.max(0, groupsOf(highest) - ecdhe) + 1;
}
