/** The base score of a CVSS 3.0 or 3.1 vector (FIRST, CVSS v3.1 specification §7.1); other vectors give none. */

const IMPACT: { readonly [value: string]: number } = { H: 0.56, L: 0.22, N: 0 };
const ATTACK: { readonly [value: string]: number } = { N: 0.85, A: 0.62, L: 0.55, P: 0.2 };
const PRIVILEGES: { readonly [value: string]: number } = { N: 0.85, L: 0.62, H: 0.27 };
const PRIVILEGES_CHANGED: { readonly [value: string]: number } = { N: 0.85, L: 0.68, H: 0.5 };

export function baseScore(vector: string): number | undefined {
  if (!/^CVSS:3\.[01]\//.test(vector) || vector.length > 300) return undefined;
  const metrics = new Map(
    vector
      .split('/')
      .slice(1)
      .map((part) => [part.split(':')[0] ?? '', part.split(':')[1] ?? '']),
  );
  const value = (name: string, table: { readonly [value: string]: number }): number =>
    table[metrics.get(name) ?? ''] ?? Number.NaN;
  const changed = metrics.get('S') === 'C';
  const hit = 1 - (1 - value('C', IMPACT)) * (1 - value('I', IMPACT)) * (1 - value('A', IMPACT));
  const impact = changed ? 7.52 * (hit - 0.029) - 3.25 * (hit - 0.02) ** 15 : 6.42 * hit;
  const complexity = value('AC', { L: 0.77, H: 0.44 });
  const interaction = value('UI', { N: 0.85, R: 0.62 });
  const exploitability =
    8.22 * value('AV', ATTACK) * complexity * value('PR', changed ? PRIVILEGES_CHANGED : PRIVILEGES) * interaction;
  if (Number.isNaN(impact) || Number.isNaN(exploitability) || !/^[UC]$/.test(metrics.get('S') ?? '')) return undefined;
  if (impact <= 0) return 0;
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/** CVSS v3.1 appendix A: up to one decimal, without the errors of binary fractions. */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
