/** Published sentences and what became of them. */
import { isArray, isObject, own, type Json } from '../../model/json.ts';
import type { Run } from '../../model/result.ts';
import { line } from './texts.ts';

export const CLAIM_VERDICTS = [
  'refuted',
  'stale',
  'reworded',
  'unproven',
  'partly-proven',
  'manual',
  'proven',
] as const;

const WORDS: { readonly [verdict in (typeof CLAIM_VERDICTS)[number]]: string } = {
  proven: 'proven',
  refuted: 'refuted',
  'partly-proven': 'partly proven',
  unproven: 'unproven',
  stale: 'stale',
  reworded: 'reworded',
  manual: 'needs a person',
};

export interface ClaimView {
  readonly quote: string;
  readonly verdict: string;
  readonly word: string;
  readonly page: string;
  readonly type: string;
  readonly scope: string;
  readonly because: string;
  readonly notProven: string;
  readonly results: readonly { readonly text: string; readonly href: string }[];
}

function text(claim: Json, key: string): string {
  const value = own(claim, key);
  return typeof value === 'string' ? value : '';
}

/** The worst first, else in the order of the run. */
export function claimViews(run: Run): ClaimView[] {
  const views: { readonly rank: number; readonly view: ClaimView }[] = [];
  for (const claim of run.claims) {
    if (!isObject(claim)) continue;
    const verdict = CLAIM_VERDICTS.find((known) => known === text(claim, 'verdict')) ?? 'unproven';
    const results = own(claim, 'results');
    views.push({
      rank: CLAIM_VERDICTS.indexOf(verdict),
      view: {
        quote: line(text(claim, 'quote'), 1_000),
        verdict,
        word: WORDS[verdict],
        page: line(text(claim, 'page'), 300),
        type: line(text(claim, 'type'), 80),
        scope: line(text(claim, 'scope'), 300),
        because: line(text(claim, 'because'), 600),
        notProven: line(text(claim, 'notProven'), 600),
        results: (isArray(results) ? results : [])
          .filter((item) => typeof item === 'string')
          .slice(0, 20)
          .map((fingerprint) => {
            const hex = /^sha256:([0-9a-f]{16})[0-9a-f]{48}$/.exec(fingerprint)?.[1];
            return { text: hex ?? line(fingerprint, 40), href: hex === undefined ? '' : `#r-${hex}` };
          }),
      },
    });
  }
  return views.sort((a, b) => a.rank - b.rank).map(({ view }) => view);
}
