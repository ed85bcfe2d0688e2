/** GitLab code quality: the fails that nobody accepted. */
import type { Reporter, View } from '../model/reporter.ts';
import { jsonDocument } from './json-document.ts';
import { SEVERITY_MAPPINGS } from './mapping.ts';
import { placeOf } from './places.ts';
import { clip, visible } from './visible.ts';
import { bySeverityThenCheck } from './words.ts';

export function gitlabText(view: View): string {
  const used = new Set<string>();
  const issues = view.run.results
    .filter(({ status, waiver }) => status === 'fail' && waiver === undefined)
    .sort(bySeverityThenCheck)
    .map((result) => {
      const { path, line } = placeOf(result, view);
      // must be unique in the file
      let fingerprint = result.fingerprint.replace(/^sha256:/, '');
      for (let at = 2; used.has(fingerprint); at += 1)
        fingerprint = `${result.fingerprint.replace(/^sha256:/, '')}-${String(at)}`;
      used.add(fingerprint);
      return {
        description: clip(visible(result.message), 500),
        check_name: visible(result.check),
        fingerprint,
        severity: SEVERITY_MAPPINGS[result.severity].gitlab,
        location: { path: visible(path), lines: { begin: line } },
      };
    });
  return jsonDocument(issues);
}

export const gitlab: Reporter = {
  id: 'gitlab',
  mediaType: 'application/json',
  fileName: 'report.gitlab.json',
  render: gitlabText,
};
