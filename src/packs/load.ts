/** Loads a folder of checks, profiles, frameworks and detectors; shows every problem of the folder at once. */
import { basename, join } from 'node:path';
import type { Check } from '../model/check.ts';
import type { DetectorFile } from '../model/detector.ts';
import type { Framework } from '../model/framework.ts';
import { didYouMean } from '../model/nearest.ts';
import { leafProblem, type ProfileOperand, readCheck, type Schemas } from './check-file.ts';
import { exampleProblems } from './examples.ts';
import { readText, yamlFiles } from './files.ts';
import { readFramework } from './frameworks.ts';
import { globMatcher } from '../model/glob.ts';
import { makePack, type Pack, type Profile } from './pack.ts';
import { inOrder, type Problem, refuse } from './problem.ts';
import { PROFILE_SHAPE } from './shapes.ts';
import { shapeProblems } from './shape-errors.ts';
import { tryYaml, type YamlFile } from './yaml.ts';

/** Turns a detector's file into the check `secret.<id>`; the collector of secrets provides it. */
export type DetectorReader = (
  file: YamlFile,
  expectedId: string,
) => { readonly detector?: DetectorFile; readonly check?: Check; readonly problems: readonly Problem[] };

export interface LoadOptions {
  readonly name?: string;
  readonly detectors?: DetectorReader;
  /** The folder's name in messages; default: as it was given. */
  readonly shownAs?: string;
  /** Run the examples inside the checks too. */
  readonly examples?: boolean;
  /** Packs that are there already: their ids may not occur again, their profiles give operands. */
  readonly beside?: readonly Pack[];
}

export interface PackReading {
  readonly pack: Pack;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Check id to its file, for messages about it. */
  readonly files: ReadonlyMap<string, YamlFile>;
}

/** The pack of a folder; throws a UsageError that lists every problem as `file:line:column: message`. */
export function loadPack(folder: string, schemas: Schemas, options: LoadOptions = {}): Pack {
  const reading = readPack(folder, schemas, options);
  return reading.problems.length > 0 ? refuse(reading.problems) : reading.pack;
}

/** As `loadPack`, with the problems as data and all that could be read. */
export function readPack(folder: string, schemas: Schemas, options: LoadOptions = {}): PackReading {
  return new PackReader(folder, schemas, options).read();
}

/** Gathers what the files of one folder hold, and what is wrong with them. */
class PackReader {
  private readonly problems: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private readonly checks: Check[] = [];
  private readonly profiles: { readonly profile: Profile; readonly file: YamlFile }[] = [];
  private readonly frameworks: Framework[] = [];
  private readonly detectors: DetectorFile[] = [];
  private readonly operands: { readonly check: string; readonly operand: ProfileOperand }[] = [];
  private readonly owners = new Map<string, string>();
  private readonly files = new Map<string, YamlFile>();
  private readonly folder: string;
  private readonly schemas: Schemas;
  private readonly options: LoadOptions;

  constructor(folder: string, schemas: Schemas, options: LoadOptions) {
    this.folder = folder;
    this.schemas = schemas;
    this.options = options;
  }

  read(): PackReading {
    for (const pack of this.options.beside ?? []) {
      for (const check of pack.checks) this.owners.set(check.id, `the pack ${pack.name}`);
    }
    for (const path of yamlFiles(this.folder)) this.readFile(path);
    this.checkProfiles();
    this.checkOperands();
    const pack = makePack({
      name: this.options.name ?? (basename(this.folder) || 'checks'),
      checks: this.checks,
      profiles: this.profiles.map(({ profile }) => profile),
      frameworks: this.frameworks,
      detectors: this.detectors,
    });
    if (this.options.examples === true) {
      const profiles = this.allProfiles();
      for (const check of pack.checks) {
        const file = this.files.get(check.id);
        if (file !== undefined) this.problems.push(...exampleProblems(check, file, this.schemas, profiles));
      }
    }
    return { pack, problems: inOrder(this.problems), warnings: inOrder(this.warnings), files: this.files };
  }

  private allProfiles(): readonly Profile[] {
    return [...this.profiles.map(({ profile }) => profile), ...(this.options.beside ?? []).flatMap((p) => p.profiles)];
  }

  private readFile(path: string): void {
    const name = join(this.options.shownAs ?? this.folder, path);
    const text = readText(join(this.folder, path));
    if (text.is === 'bad') {
      this.problems.push({ file: name, line: 1, column: 1, message: text.message });
      return;
    }
    const [group = ''] = path.split('/');
    const expectedId = basename(path).replace(/\.ya?ml$/, '');
    if (group === 'frameworks') {
      const reading = readFramework(text.text, name);
      if (reading.is === 'read') this.frameworks.push(reading.framework);
      else this.problems.push(...reading.problems);
      return;
    }
    const yaml = tryYaml(text.text, name);
    if (yaml.is === 'bad') this.problems.push(...yaml.problems);
    else if (group === 'profiles') this.readProfile(yaml.file, expectedId);
    else if (group === 'detectors') this.readDetector(yaml.file, expectedId);
    else this.readCheck(yaml.file, expectedId);
  }

  private readCheck(file: YamlFile, expectedId: string): void {
    const reading = readCheck(file, this.schemas, expectedId);
    this.problems.push(...reading.problems);
    this.warnings.push(...reading.warnings);
    if (reading.check === undefined || !this.own(reading.check.id, file)) return;
    this.checks.push(reading.check);
    for (const operand of reading.operands) this.operands.push({ check: reading.check.id, operand });
  }

  private readDetector(file: YamlFile, expectedId: string): void {
    const reading = this.options.detectors?.(file, expectedId);
    if (reading === undefined) return;
    this.problems.push(...reading.problems);
    if (reading.check !== undefined && this.own(reading.check.id, file)) this.checks.push(reading.check);
    if (reading.detector !== undefined) this.detectors.push(reading.detector);
  }

  private readProfile(file: YamlFile, expectedId: string): void {
    const problems = shapeProblems(PROFILE_SHAPE, file);
    this.problems.push(...problems);
    if (problems.length > 0) return;
    const profile = file.value as unknown as Profile;
    if (profile.id !== expectedId)
      this.report(file, ['id'], `id "${profile.id}" does not match the file name (${expectedId})`);
    this.profiles.push({ profile, file });
  }

  /** Notes whose id it is; false where another file has it already. */
  private own(id: string, file: YamlFile): boolean {
    const other = this.owners.get(id);
    if (other !== undefined) this.report(file, ['id'], `check "${id}" is already in ${other}`);
    this.owners.set(id, other ?? file.name);
    if (other === undefined) this.files.set(id, file);
    return other === undefined;
  }

  private report(file: YamlFile, path: readonly (string | number)[], message: string): void {
    this.problems.push({ file: file.name, ...file.at(path), message });
  }

  /** Every glob and id of a profile must name a check that there is. */
  private checkProfiles(): void {
    // Where a check could not be read its id is not known: then a glob may seem to match nothing
    if (this.problems.length > 0) return;
    const ids = [...this.owners.keys()];
    for (const { profile, file } of this.profiles) {
      for (const key of ['include', 'exclude'] as const) {
        for (const [index, glob] of (profile[key] ?? []).entries()) {
          if (!ids.some(globMatcher(glob))) {
            this.report(file, [key, index], `no check is named "${glob}"${didYouMean(glob, ids)}`);
          }
        }
      }
      for (const key of ['severity', 'references'] as const) {
        for (const id of Object.keys(profile[key] ?? {})) {
          if (ids.includes(id)) continue;
          const message = `there is no check "${id}"${didYouMean(id, ids)}`;
          this.problems.push({ file: file.name, ...file.keyAt([key, id]), message });
        }
      }
    }
  }

  /** An operand `{ $profile: KEY }` must stand in a profile, and be of the type that its operator takes. */
  private checkOperands(): void {
    for (const { operand } of this.operands) {
      const { key, leaf, place, at } = operand;
      const having = this.allProfiles().filter((profile) => Object.hasOwn(profile.data ?? {}, key));
      if (having.length === 0) {
        const known = this.allProfiles().flatMap((profile) => Object.keys(profile.data ?? {}));
        this.problems.push({ ...at, message: `no profile has the key "${key}" in its data${didYouMean(key, known)}` });
      }
      for (const profile of having) {
        const wrong = leafProblem({ ...leaf, value: profile.data?.[key] ?? null }, place);
        if (wrong !== undefined) {
          this.problems.push({ ...at, message: `with "${key}" of the profile ${profile.id}: ${wrong.message}` });
        }
      }
    }
  }
}
