/** The options of an audit, by their names in probity.yaml (camelCase of the flags; CONTRACT §1). */
import type { Severity } from './check.ts';
import type { JsonObject } from './json.ts';

export interface ConnectTo {
  /** Lower case; empty matches any host. */
  readonly host: string;
  /** 0 matches any port. */
  readonly port: number;
  readonly toHost: string;
  readonly toPort: number;
}

/** How the capabilities behave; what the engine needs to build an `IO`. */
export interface NetworkOptions {
  /** `IP:port`, in the order to try; empty: the system's. */
  readonly resolvers: readonly string[];
  readonly connectTo: readonly ConnectTo[];
  /** PEM text of additional roots, and its digest. */
  readonly ca?: { readonly pem: string; readonly digest: string };
  readonly allowPrivate: boolean;
  /** For one network operation, in milliseconds. */
  readonly timeoutMs: number;
  /** Jobs at once. */
  readonly concurrency: number;
  /** New connections a second to one host; 0: no bound. */
  readonly rate: number;
  /** Connections at once to one host. */
  readonly maxConnections: number;
}

/** Reference data that a user brings. */
export interface ListFile {
  readonly path: string;
  readonly text: string;
  readonly digest: string;
}

export interface TargetSpec {
  readonly target: string;
  readonly labels: { readonly [name: string]: string };
  readonly options: JsonObject;
  /** `probity.yaml:12:5`, for messages. */
  readonly at?: string;
}

export interface AuditOptions extends NetworkOptions {
  readonly targets: readonly TargetSpec[];
  readonly profiles: readonly string[];
  readonly checks: readonly string[];
  readonly skip: readonly string[];
  readonly checksDirs: readonly string[];
  readonly formats: readonly string[];
  readonly output: string;
  readonly json: boolean;
  readonly failOn: Severity;
  readonly allowIncomplete: boolean;
  readonly asOf?: string;
  /** By subject, for all targets. */
  readonly options: JsonObject;
  /** Framework to labels as key:value. */
  readonly scope: { readonly [framework: string]: readonly string[] };
  /** Bytes; larger source files are named as not read. */
  readonly maxFile: number;
  /** A gitleaks file whose rules take the place of our detectors (`--rules`). */
  readonly rules?: string;
  /** Source targets: all reachable git history too (`--history`). */
  readonly history?: boolean;
  /** Source targets: look into archives too (`--archives`). */
  readonly archives?: boolean;
  /** The file in which a run with `history` keeps what it read (`--state`); absolute. */
  readonly state?: string;
  /** Ask the registry about packages (`--online`). */
  readonly online?: boolean;
  /** A folder of OSV advisories (`--osv`). */
  readonly osv?: string;
  /** Ask what only an owner may ask (`--intrusive`). */
  readonly intrusive?: boolean;
  /** A preload list of the user's, as its file holds it, and the day as of which it holds. */
  readonly hstsList?: { readonly path: string; readonly text: string; readonly date: string };
  /** A Public Suffix List of the user's, as its file holds it; `modified` is the day of the file, for a list that names none. */
  readonly psl?: { readonly path: string; readonly text: string; readonly modified: string; readonly digest: string };
  /** Chrome's list of CT logs. */
  readonly ctLogs?: ListFile;
  /** Keys that others hold. */
  readonly leakedKeys?: ListFile;
  /** The folder of an older run. */
  readonly earlierRun?: string;
  /** Unicode's confusables.txt, instead of our own table of letters that look alike. */
  readonly confusables?: ListFile;
  /** A browser's list of top domains. */
  readonly topDomains?: ListFile;
  /** Names in certificates that somebody saw: of a log monitor, or the certificates themselves. */
  readonly seenCertificates?: ListFile;
  /** An OpenPGP key that may have signed a security.txt; base64 of its bytes, for it may be binary. */
  readonly key?: ListFile;
}
