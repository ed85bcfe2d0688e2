/** Our own detectors, as the program loads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DetectorFile, DetectorSet } from '../../src/model/detector.ts';
import { detectorData, readDetector } from '../../src/packs/detectors.ts';
import { refuse } from '../../src/packs/problem.ts';
import { readYaml } from '../../src/packs/yaml.ts';

const FOLDER = fileURLToPath(new URL('../../checks/detectors', import.meta.url));

export function ownDetectors(): readonly DetectorFile[] {
  const readings = readdirSync(FOLDER).map((name) => {
    const yaml = readYaml(readFileSync(`${FOLDER}/${name}`, 'utf8'), name);
    return readDetector(yaml, name.replace(/\.yaml$/, ''));
  });
  const problems = readings.flatMap((reading) => reading.problems);
  return problems.length > 0 ? refuse(problems) : readings.flatMap((reading) => reading.detector ?? []);
}

/** The detectors as the bytes that travel to the scanner. */
export function ownDetectorData(): Uint8Array {
  return detectorData(ownDetectors());
}

export function ownDetectorSet(publicToo = false): DetectorSet {
  return JSON.parse(Buffer.from(detectorData(ownDetectors(), [], publicToo)).toString('utf8')) as DetectorSet;
}
