/** Hosts that undo a script-src which names them: they serve JSONP or a library that runs text as script (csp_evaluator's lists). */
import { URLS as ANGULAR } from 'csp_evaluator/dist/allowlist_bypasses/angular.js';
import { NEEDS_EVAL, URLS as JSONP } from 'csp_evaluator/dist/allowlist_bypasses/jsonp.js';
import type { Source } from '../../wire/http/csp.ts';

interface Endpoint {
  readonly host: string;
  readonly path: string;
}

const ENDPOINTS: readonly Endpoint[] = [...JSONP, ...ANGULAR].flatMap((text) => {
  const url = URL.parse(`https:${text}`);
  return url === null ? [] : [{ host: url.hostname, path: url.pathname }];
});
const EVAL_ONLY = new Set(NEEDS_EVAL);

/** A known endpoint that the source lets in; undefined where there is none. */
export function bypassOf(source: Source, allowsEval: boolean): string | undefined {
  if (source.kind !== 'host' || source.value === '*') return undefined;
  const path = /^(?:[a-z][a-z0-9+\-.]*:\/\/)?[^/]+(\/.*)$/i.exec(source.text)?.[1];
  const hit = ENDPOINTS.find(
    ({ host, path: of }) =>
      hostMatches(source.value, host) && pathMatches(path, of) && (allowsEval || !EVAL_ONLY.has(host)),
  );
  return hit === undefined ? undefined : `${hit.host}${hit.path}`;
}

/** CSP3 §6.7.2.8: a leading wildcard matches one or more labels. */
function hostMatches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** CSP3 §6.7.2.10: a path that ends with a slash is a prefix, another one is the whole. */
function pathMatches(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined || pattern === '/') return true;
  return pattern.endsWith('/') ? path.startsWith(pattern) : pattern === path;
}
