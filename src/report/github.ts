/** Workflow commands of GitHub Actions: an annotation for each fail and for each thing that could not be told. */
import type { Reporter, View } from '../model/reporter.ts';
import { SEVERITY_MAPPINGS } from './mapping.ts';
import { placeOf } from './places.ts';
import { clip, visible } from './visible.ts';
import { bySeverityThenCheck, faultOf } from './words.ts';

/** The message: `visible` has taken the line breaks, so no text can begin a command of its own. */
function data(text: string): string {
  return visible(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

export function githubText(view: View): string {
  const lines: string[] = [];
  const wanted = view.run.results
    .filter((result) => result.status === 'error' || (result.status === 'fail' && result.waiver === undefined))
    .sort((a, b) => Number(a.status === 'error') - Number(b.status === 'error') || bySeverityThenCheck(a, b));
  for (const result of wanted) {
    const place = placeOf(result, view);
    const level = result.status === 'error' ? 'warning' : SEVERITY_MAPPINGS[result.severity].github;
    const title =
      result.status === 'error'
        ? `could not be determined: ${result.check} (${faultOf(result).code})`
        : `${result.severity}: ${result.check}`;
    const column = place.column === undefined ? '' : `,col=${String(place.column)}`;
    lines.push(
      `::${level} file=${property(place.path)},line=${String(place.line)}${column},title=${property(clip(title, 200))}::${data(clip(result.message, 600))}`,
    );
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

export const github: Reporter = {
  id: 'github',
  mediaType: 'text/plain; charset=utf-8',
  fileName: 'report.github.txt',
  render: githubText,
};
