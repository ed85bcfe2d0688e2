/** Reads the lockfiles of other languages: pip's requirements, Poetry, Cargo, Go. What is none of them ends in `undefined`. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { readToml, TomlError } from '../../wire/toml.ts';
import { cleanAddress, cleanText } from './clean.ts';
import { textOf } from './lists.ts';
import { MAX_ENTRIES } from './read-npm.ts';

type Entries = readonly JsonObject[] | undefined;

interface Origin {
  readonly resolved?: string | undefined;
  readonly algorithms?: readonly string[];
  /** It lies in this tree, or comes from no registry. */
  readonly link?: boolean;
}

function entryOf(name: string, version: string, { resolved, algorithms = [], link }: Origin): JsonObject {
  return {
    key: cleanAddress(`${name}@${version}`),
    name: cleanText(name),
    ...(version === '' ? {} : { version: cleanAddress(version) }),
    ...(resolved === undefined ? {} : { resolved: cleanAddress(resolved) }),
    ...(algorithms.length === 0 ? {} : { integrity: [...new Set(algorithms)].join(' ') }),
    ...(link === true ? { link: true } : {}),
  };
}

/** `git+ADDRESS#COMMIT`, as the rules read it; without a commit what is named instead. */
function gitAddress(address: string, reference: string | undefined): string {
  return `git+${address.replace(/^git\+/, '')}${reference === undefined ? '' : `#${reference}`}`;
}

/** Logical lines of a requirements file: a backslash goes on, ` #` begins a comment. */
function* requirementLines(text: string): Generator<string> {
  let line = '';
  for (const raw of text.split(/\r?\n/)) {
    line += raw.replace(/(?:^|[ \t])#.*$/, '');
    if (line.endsWith('\\') && line.length < 64 * 1024) {
      line = `${line.slice(0, -1)} `;
      continue;
    }
    if (line.trim() !== '') yield line.trim();
    line = '';
  }
  if (line.trim() !== '') yield line.trim();
}

const PINNED =
  /^([A-Za-z0-9][A-Za-z0-9._-]{0,200})[ \t]*(?:\[[^\]]{0,500}\])?[ \t]*={2,3}[ \t]*([^\s;,*]{1,200})[ \t]*(?:;|--|$)/;
const NAMED = /^([A-Za-z0-9][A-Za-z0-9._-]{0,200})[ \t]*(?:\[[^\]]{0,500}\])?[ \t]*(?:[=<>!~;(]|--|$)/;
/** `name @ ADDRESS` (PEP 508). */
const DIRECT = /^([A-Za-z0-9][A-Za-z0-9._-]{0,200})[ \t]*(?:\[[^\]]{0,500}\])?[ \t]*@[ \t]*(\S+)/;
const BARE = /^(?:git|hg|svn|bzr)\+|^[a-z]{2,10}:\/\/|^\.{0,2}\/|^\.$|^[A-Za-z]:\\|\.(?:whl|zip|tar\.gz)(?:\s|$)/i;

/**
 * A requirements file is a lockfile where all it names is pinned, or where one of them has a hash: pip then asks for one of each
 * (pip, "Hash-checking Mode"). An empty list: it is none.
 */
export function requirementsOf(text: string): Entries {
  if (text.includes('\0')) return undefined;
  const entries: JsonObject[] = [];
  let index: string | undefined;
  let [hashed, pinned, some, strange] = [false, true, false, false];
  for (const line of requirementLines(text)) {
    const option = /^(?:-i|--index-url)[ \t=]+(\S+)/.exec(line);
    if (option !== null) index = option[1];
    const editable = /^(?:-e|--editable)[ \t=]+(.*)$/.exec(line)?.[1];
    if (/^--require-hashes\b/.test(line)) hashed = true;
    if (line.startsWith('-') && editable === undefined) continue;
    const algorithms = [...line.matchAll(/--hash[ =]([a-z0-9]{2,10}):[0-9a-f]{16,}/gi)].map(([, name = '']) =>
      name.toLowerCase(),
    );
    hashed ||= algorithms.length > 0;
    const entry = requirementOf(editable ?? line, algorithms, index);
    if (entry === undefined) {
      strange = true;
      continue;
    }
    if (own(entry, 'version') !== undefined) some = true;
    else if (own(entry, 'resolved') === undefined && own(entry, 'link') !== true) pinned = false;
    if (entries.push(entry) > MAX_ENTRIES) return undefined;
  }
  // prose may be called requirements too
  if (strange) return hashed || some ? undefined : [];
  return hashed || pinned ? entries : [];
}

function requirementOf(line: string, algorithms: readonly string[], index: string | undefined): JsonObject | undefined {
  const [, name, version] = PINNED.exec(line) ?? [];
  if (name !== undefined && version !== undefined) return entryOf(name, version, { resolved: index, algorithms });
  const [, called = '', at] = DIRECT.exec(line) ?? [];
  const bare = at === undefined && BARE.test(line);
  const asked = at === undefined ? (NAMED.exec(line)?.[1] ?? '') : called;
  if (!bare && asked === '') return undefined;
  const address = bare ? line.split(/\s/, 1)[0] : at;
  // no version and no address: hashed or not, pip takes what it finds
  if (address === undefined) return entryOf(asked, '', { algorithms });
  const egg = /[#&]egg=([A-Za-z0-9._-]{1,200})/.exec(address)?.[1];
  const label = bare ? (egg ?? cleanAddress(address)) : asked;
  const [, repository, reference] = /^git\+([a-z+]{2,10}:\/\/(?:[^/@]*@)?[^@#]*)(?:@([^#]*))?/i.exec(address) ?? [];
  if (repository !== undefined) return entryOf(label, '', { resolved: gitAddress(repository, reference) });
  if (!/^https?:\/\//i.test(address)) return entryOf(label, '', { link: true });
  const hash = /[#&](sha(?:256|384|512|1)|md5)=[0-9a-f]{16,}/i.exec(address)?.[1]?.toLowerCase();
  return entryOf(label, '', {
    resolved: address,
    algorithms: hash === undefined ? algorithms : [...algorithms, hash],
  });
}

function toml(text: string): Json | undefined {
  try {
    return readToml(text).value;
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.filter((one) => isObject(one)) : [];
}

/** poetry.lock: `files` of each package since 1.3, `[metadata.files]` and `[metadata.hashes]` (SHA-256) before. */
export function poetryLockOf(text: string): Entries {
  const source = toml(text);
  const metadata = own(source, 'metadata');
  const listed = own(source, 'package');
  if (!isObject(metadata) || (listed !== undefined && !isArray(listed))) return undefined;
  const packages = objects(listed);
  if (packages.length > MAX_ENTRIES) return undefined;
  return packages.flatMap((one): readonly JsonObject[] => {
    const [name, version] = [textOf(one, 'name'), textOf(one, 'version')];
    if (name === undefined || version === undefined) return [];
    const files = own(one, 'files') ?? own(own(metadata, 'files'), name) ?? own(own(metadata, 'hashes'), name);
    return [entryOf(name, version, { ...poetryOrigin(own(one, 'source')), algorithms: algorithmsIn(files) })];
  });
}

function algorithmsIn(files: Json | undefined): readonly string[] {
  if (!isArray(files)) return [];
  return files.flatMap((file) => {
    const hash = typeof file === 'string' ? file : (textOf(file, 'hash') ?? '');
    return /^[0-9a-f]{64}$/.test(hash) ? 'sha256' : (/^([a-z0-9]{2,10}):[0-9a-f]{16,}$/.exec(hash)?.[1] ?? []);
  });
}

function poetryOrigin(source: Json | undefined): Origin {
  const [type, url] = [textOf(source, 'type'), textOf(source, 'url')];
  if (type === 'directory' || type === 'file') return { link: true };
  if (type === 'git') {
    return { resolved: gitAddress(url ?? '', textOf(source, 'resolved_reference') ?? textOf(source, 'reference')) };
  }
  return { resolved: url };
}

/** The index of crates.io, as git repository and over HTTP. */
const CRATES_IO = /^https:\/\/(?:github\.com\/rust-lang\/crates\.io-index|index\.crates\.io)\/?$/;

/** Cargo.lock: `checksum` of each package; version 1 keeps them under `[metadata]`. What has no source is a member of the workspace. */
export function cargoLockOf(text: string): Entries {
  const source = toml(text);
  const listed = own(source, 'package');
  if (!isObject(source) || (listed !== undefined && !isArray(listed))) return undefined;
  if (listed === undefined && own(source, 'version') === undefined) return undefined;
  const packages = objects(listed);
  if (packages.length > MAX_ENTRIES) return undefined;
  return packages.flatMap((one): readonly JsonObject[] => {
    const [name, version, from] = [textOf(one, 'name'), textOf(one, 'version'), textOf(one, 'source')];
    if (name === undefined || version === undefined) return [];
    if (from === undefined) return [entryOf(name, version, { link: true })];
    const sum = textOf(one, 'checksum') ?? textOf(own(source, 'metadata'), `checksum ${name} ${version} (${from})`);
    const [, kind, address = ''] = /^(git|registry|sparse)\+(.*)$/.exec(from) ?? [];
    const origin = {
      resolved:
        kind === 'git'
          ? gitAddress(address, undefined)
          : CRATES_IO.test(address)
            ? undefined
            : kind === undefined
              ? from
              : address,
      algorithms: /^[0-9a-f]{64}$/.test(sum ?? '') ? ['sha256'] : [],
    };
    return [entryOf(name, version, origin)];
  });
}

/** What a go.mod asks for, with what takes its place, and whether go.sum has a hash of it (go.dev/ref/mod#go-sum-files). */
export function goModulesOf(text: string, sums: ReadonlySet<string>): Entries {
  const wanted: { readonly path: string; readonly version: string }[] = [];
  const replaced = new Map<string, { readonly path: string; readonly version: string | undefined }>();
  let block: string | undefined;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/(?:^|\s)\/\/.*$/, '').trim();
    if (line === '') continue;
    if (line === ')') {
      block = undefined;
      continue;
    }
    const opened = /^([a-z]{1,20})[ \t]*\($/.exec(line)?.[1];
    if (opened !== undefined) {
      block = opened;
      continue;
    }
    const words = line.split(/\s+/).map((word) => word.replace(/^(["`])(.*)\1$/, '$2'));
    const verb = block ?? words.shift();
    const [path = '', version = ''] = words;
    if (verb === 'require') {
      if (wanted.push({ path, version }) > MAX_ENTRIES) return undefined;
    } else if (verb === 'replace') {
      const arrow = words.indexOf('=>');
      const by = words[arrow + 1];
      if (arrow < 1 || by === undefined) return undefined;
      replaced.set(words.slice(0, arrow).join('@'), { path: by, version: words[arrow + 2] });
    }
  }
  return wanted.map(({ path, version }) => {
    const by = replaced.get(`${path}@${version}`) ?? replaced.get(path);
    if (by !== undefined && by.version === undefined) return entryOf(path, version, { link: true });
    const taken = by === undefined ? `${path}@${version}` : `${by.path}@${by.version ?? ''}`;
    return entryOf(by?.path ?? path, by?.version ?? version, { algorithms: sums.has(taken) ? ['sha256'] : [] });
  });
}

/** The modules that a go.sum has a hash of: of the module, or of its go.mod where no more was needed. */
export function goSumsOf(text: string): ReadonlySet<string> | undefined {
  const sums = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [, path, version] = /^(\S+) (\S+?)(?:\/go\.mod)? h1:[A-Za-z0-9+/]{43}=$/.exec(line.trim()) ?? [];
    if (path === undefined || version === undefined) return undefined;
    sums.add(`${path}@${version}`);
    if (sums.size > MAX_ENTRIES) return undefined;
  }
  return sums;
}
