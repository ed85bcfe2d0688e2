/** Every option of every command, once: the parser, help, completion, probity.yaml and the docs all read this table. */

export type OptionType = 'switch' | 'text' | 'list' | 'integer' | 'duration' | 'size';

export interface OptionSpec {
  /** Without the dashes: `fail-on`. */
  readonly flag: string;
  readonly short?: string;
  readonly type: OptionType;
  /** May be given more than once; `list` also splits at commas. */
  readonly repeatable?: true;
  /** An empty text is a value too. */
  readonly mayBeEmpty?: true;
  readonly placeholder?: string;
  readonly values?: readonly string[];
  readonly help: string;
  /** The heading under which help shows it. */
  readonly group: 'What is judged' | 'Output' | 'Verdict' | 'Network' | 'Sources' | 'Terminal' | 'Other';
  readonly commands: readonly string[];
  /** The key in probity.yaml; missing where the file cannot say it. */
  readonly key?: string;
}

const AUDIT = ['audit'];
const JUDGING = ['audit', 'replay'];
const RENDERING = ['audit', 'replay', 'report', 'demo'];
const SPEAKING = ['audit', 'replay', 'report', 'demo'];
const OBSERVING = ['audit', 'tls'];

export const OPTIONS: readonly OptionSpec[] = [
  {
    flag: 'config',
    short: 'c',
    type: 'text',
    placeholder: 'FILE',
    help: 'configuration file; default: probity.yaml here or in a folder above',
    group: 'What is judged',
    commands: ['audit', 'list'],
  },
  {
    flag: 'profile',
    short: 'p',
    type: 'list',
    repeatable: true,
    placeholder: 'NAME',
    help: 'judge by this profile (see: probity list profiles)',
    group: 'What is judged',
    commands: [...JUDGING, 'list', 'policy'],
    key: 'profile',
  },
  {
    flag: 'checks',
    type: 'list',
    repeatable: true,
    placeholder: 'GLOB,…',
    help: 'only these checks: ids or globs such as tls.*',
    group: 'What is judged',
    commands: [...JUDGING, 'list', 'policy'],
    key: 'checks',
  },
  {
    flag: 'skip',
    type: 'list',
    repeatable: true,
    placeholder: 'GLOB,…',
    help: 'leave these checks out',
    group: 'What is judged',
    commands: [...JUDGING, 'list', 'policy'],
    key: 'skip',
  },
  {
    flag: 'checks-dir',
    type: 'text',
    repeatable: true,
    placeholder: 'DIR',
    help: 'a folder with check files of your own',
    group: 'What is judged',
    commands: [...JUDGING, 'list', 'explain', 'policy', 'new'],
    key: 'checksDir',
  },
  {
    flag: 'as-of',
    type: 'text',
    placeholder: 'TIME',
    help: 'judge as of this instant (RFC 3339); default: the start of the run',
    group: 'What is judged',
    commands: [...JUDGING, 'cert'],
    key: 'asOf',
  },
  {
    flag: 'format',
    short: 'f',
    type: 'list',
    repeatable: true,
    placeholder: 'LIST',
    help: 'report formats to write (see: probity list formats)',
    group: 'Output',
    commands: RENDERING,
    key: 'format',
  },
  {
    flag: 'output',
    short: 'o',
    type: 'text',
    placeholder: 'DIR',
    help: 'the run folder; default: probity-report',
    group: 'Output',
    commands: RENDERING,
    key: 'output',
  },
  {
    flag: 'json',
    type: 'switch',
    help: 'machine-readable JSON on standard output, nothing else there',
    group: 'Output',
    commands: [...RENDERING, 'list', 'test', 'hsts', 'explain', 'tls', 'cert'],
    key: 'json',
  },
  {
    flag: 'fail-on',
    type: 'text',
    values: ['critical', 'high', 'medium', 'low', 'info'],
    placeholder: 'SEVERITY',
    help: 'the least severity of a fail that gives exit code 1; default: low',
    group: 'Verdict',
    commands: JUDGING,
    key: 'failOn',
  },
  {
    flag: 'allow-incomplete',
    type: 'switch',
    help: 'exit 0 though something could not be determined',
    group: 'Verdict',
    commands: JUDGING,
    key: 'allowIncomplete',
  },
  {
    flag: 'resolver',
    type: 'list',
    repeatable: true,
    placeholder: 'IP[:PORT]',
    help: 'ask this DNS server; default: those of the system',
    group: 'Network',
    commands: [...OBSERVING, 'spf'],
    key: 'resolver',
  },
  {
    flag: 'connect-to',
    type: 'text',
    repeatable: true,
    placeholder: 'HOST:PORT:ADDR:PORT',
    help: 'connect to ADDR:PORT where HOST:PORT is asked for, as curl does',
    group: 'Network',
    commands: OBSERVING,
    key: 'connectTo',
  },
  {
    flag: 'ca-file',
    type: 'text',
    placeholder: 'FILE',
    help: 'trust these PEM certificates too',
    group: 'Network',
    commands: [...OBSERVING, 'cert'],
    key: 'caFile',
  },
  {
    flag: 'intrusive',
    type: 'switch',
    help: 'also ask what a careful owner asks and a guest does not: foreign Host, TRACE, files that should not be there',
    group: 'Network',
    commands: OBSERVING,
    key: 'intrusive',
  },
  {
    flag: 'hsts-list',
    type: 'text',
    placeholder: 'FILE',
    help: "a fresh HSTS preload list: Chromium's transport_security_state_static.json",
    group: 'Network',
    commands: OBSERVING,
    key: 'hstsList',
  },
  {
    flag: 'hsts-list-date',
    type: 'text',
    placeholder: 'DATE',
    help: 'the day as of which that list holds (2026-11-22); required with it',
    group: 'Network',
    commands: OBSERVING,
    key: 'hstsListDate',
  },
  {
    flag: 'psl',
    type: 'text',
    placeholder: 'FILE',
    help: 'a fresh Public Suffix List: public_suffix_list.dat of publicsuffix.org',
    group: 'Network',
    commands: OBSERVING,
    key: 'psl',
  },
  {
    flag: 'ct-logs',
    type: 'text',
    placeholder: 'FILE',
    help: "a list of CT logs: Chrome's log_list.json (v3), for the operators and signatures of timestamps",
    group: 'Network',
    commands: [...OBSERVING, 'cert'],
    key: 'ctLogs',
  },
  {
    flag: 'leaked-keys',
    type: 'text',
    placeholder: 'FILE',
    help: 'keys that others hold, one a line: SHA-256 of the public key info, or the 20 digits of Debian weak keys',
    group: 'Network',
    commands: [...OBSERVING, 'cert'],
    key: 'leakedKeys',
  },
  {
    flag: 'earlier-run',
    type: 'text',
    placeholder: 'RUN',
    help: 'the folder of an older run: rules about what stays the same over time read it (keys of session tickets)',
    group: 'Network',
    commands: OBSERVING,
    key: 'earlierRun',
  },
  {
    flag: 'confusables',
    type: 'text',
    placeholder: 'FILE',
    help: "letters that look alike: Unicode's confusables.txt, instead of our own table",
    group: 'Network',
    commands: OBSERVING,
    key: 'confusables',
  },
  {
    flag: 'top-domains',
    type: 'text',
    placeholder: 'FILE',
    help: "a list of top domains, one name a line: what a browser's list holds",
    group: 'Network',
    commands: OBSERVING,
    key: 'topDomains',
  },
  {
    flag: 'seen-certificates',
    type: 'text',
    placeholder: 'FILE',
    help: 'names that a log monitor saw in certificates, one a line, or the certificates in PEM',
    group: 'Network',
    commands: OBSERVING,
    key: 'seenCertificates',
  },
  {
    flag: 'key',
    type: 'text',
    placeholder: 'FILE',
    help: 'an OpenPGP public key that a security.txt may be signed with',
    group: 'Network',
    commands: OBSERVING,
    key: 'key',
  },
  {
    flag: 'allow-private',
    type: 'switch',
    help: 'permit private and loopback addresses',
    group: 'Network',
    commands: OBSERVING,
    key: 'allowPrivate',
  },
  {
    flag: 'timeout',
    type: 'duration',
    placeholder: 'TIME',
    help: 'for one network operation; default: 10s',
    group: 'Network',
    commands: [...OBSERVING, 'spf'],
    key: 'timeout',
  },
  {
    flag: 'concurrency',
    type: 'integer',
    placeholder: 'N',
    help: 'jobs at once; default: 16',
    group: 'Network',
    commands: OBSERVING,
    key: 'concurrency',
  },
  {
    flag: 'rate',
    type: 'integer',
    placeholder: 'N',
    help: 'new connections a second to one host at most; default: no bound',
    group: 'Network',
    commands: OBSERVING,
    key: 'rate',
  },
  {
    flag: 'max-connections',
    type: 'integer',
    placeholder: 'N',
    help: 'connections at once to one host at most; default: 8',
    group: 'Network',
    commands: OBSERVING,
    key: 'maxConnections',
  },
  {
    flag: 'history',
    type: 'switch',
    help: 'read all git history that any ref reaches, merges included, not only the tree',
    group: 'Sources',
    commands: AUDIT,
    key: 'history',
  },
  {
    flag: 'state',
    type: 'text',
    placeholder: 'FILE',
    help: 'with --history: a file that remembers what was read, so that the next run reads only what is new',
    group: 'Sources',
    commands: AUDIT,
    key: 'state',
  },
  {
    flag: 'online',
    type: 'switch',
    help: 'ask the package registry about direct dependencies: age, maintainers, deprecation, signatures',
    group: 'Sources',
    commands: AUDIT,
    key: 'online',
  },
  {
    flag: 'osv',
    type: 'text',
    placeholder: 'DIR',
    help: 'compare locked packages with a folder of OSV advisories (JSON)',
    group: 'Sources',
    commands: AUDIT,
    key: 'osv',
  },
  {
    flag: 'rules',
    type: 'text',
    placeholder: 'FILE',
    help: 'detectors from a gitleaks file, instead of ours; with its useDefault, beside ours',
    group: 'Sources',
    commands: AUDIT,
    key: 'rules',
  },
  {
    flag: 'max-file',
    type: 'size',
    placeholder: 'SIZE',
    help: 'larger source files are named as not read; default: 256MiB',
    group: 'Sources',
    commands: AUDIT,
    key: 'maxFile',
  },
  {
    flag: 'archives',
    type: 'switch',
    help: 'look for credentials inside zip, tar and gzip archives too, two deep',
    group: 'Sources',
    commands: AUDIT,
    key: 'archives',
  },
  {
    flag: 'public',
    type: 'switch',
    help: 'judge as if the certificates were publicly trusted',
    group: 'What is judged',
    commands: ['cert'],
  },
  {
    flag: 'host',
    type: 'text',
    placeholder: 'NAME',
    help: 'judge the first certificate as that of this host',
    group: 'What is judged',
    commands: ['cert'],
  },
  {
    flag: 'ip',
    type: 'text',
    placeholder: 'IP',
    help: 'the address of the sending host',
    group: 'Other',
    commands: ['spf'],
  },
  {
    flag: 'sender',
    type: 'text',
    mayBeEmpty: true,
    placeholder: 'ADDR',
    help: 'the envelope sender (MAIL FROM); empty for a bounce',
    group: 'Other',
    commands: ['spf'],
  },
  {
    flag: 'helo',
    type: 'text',
    placeholder: 'NAME',
    help: 'the name that the sending host greeted with',
    group: 'Other',
    commands: ['spf'],
  },
  {
    flag: 'batch',
    type: 'switch',
    help: 'read questions from standard input, one JSON object {id, ip, sender, helo, resolver?} a line',
    group: 'Other',
    commands: ['spf'],
  },
  { flag: 'yes', short: 'y', type: 'switch', help: 'never ask', group: 'Other', commands: ['init'] },
  {
    flag: 'quiet',
    short: 'q',
    type: 'switch',
    help: 'no summary and no progress',
    group: 'Terminal',
    commands: SPEAKING,
  },
  {
    flag: 'verbose',
    short: 'v',
    type: 'switch',
    help: 'say more: every job, stacks of defects',
    group: 'Terminal',
    commands: SPEAKING,
  },
  { flag: 'no-progress', type: 'switch', help: 'no progress lines', group: 'Terminal', commands: SPEAKING },
  {
    flag: 'no-color',
    type: 'switch',
    help: 'no colour',
    group: 'Terminal',
    commands: [...SPEAKING, 'list', 'explain', 'test'],
  },
];

export interface CommandSpec {
  readonly name: string;
  readonly arguments: string;
  readonly help: string;
  /** Longer words for `probity COMMAND --help`. */
  readonly details?: string;
  readonly examples?: readonly string[];
}

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit',
    arguments: '[TARGET…]',
    help: 'observe the targets, judge them, write the report',
    details:
      'Targets: example.com · https://host/path · tls://host:port · smtp:// imap:// postgres:// … ://host:port ·\n' +
      'aws, aws@REGION,…, aws:PROFILE[@REGION,…] · ./path. Without targets probity.yaml names them.\n\n' +
      'Exit code: 0 nothing to report, 1 a check failed, 2 usage or configuration, 3 something could not be\n' +
      'determined, 130 interrupted.',
    examples: ['probity audit example.com', 'probity audit example.com aws@eu-west-1 ./repo --format html,json'],
  },
  {
    name: 'demo',
    arguments: '',
    help: 'audit a deliberately flawed company that the program itself serves on loopback',
  },
  {
    name: 'replay',
    arguments: 'RUN',
    help: 'judge a stored run again, offline',
    details: 'With --output it writes a whole run folder; without it only the summary is printed.',
    examples: [
      'probity replay probity-report',
      "probity replay probity-report --checks 'tls.*' --as-of 2027-01-01T00:00:00Z",
    ],
  },
  { name: 'report', arguments: 'RUN', help: 'render a stored run in other formats' },
  { name: 'list', arguments: 'checks|detectors|profiles|frameworks|collectors|formats', help: 'what there is' },
  { name: 'explain', arguments: 'CHECK', help: 'why a check exists, what it demands and how to mend it' },
  { name: 'test', arguments: '[DIR]', help: 'run the examples inside check and detector files' },
  { name: 'new', arguments: 'check ID', help: 'write the stub of a check file, to be filled in' },
  { name: 'init', arguments: '', help: 'write a commented probity.yaml' },
  { name: 'schema', arguments: 'NAME', help: 'print a JSON Schema: config, check, detector, run, evidence' },
  {
    name: 'policy',
    arguments: 'aws',
    help: 'print the smallest read-only IAM policy for the chosen checks',
    examples: ['probity policy aws', "probity policy aws --checks 'kms.*,acm.*'"],
  },
  {
    name: 'spf',
    arguments: 'check',
    help: 'evaluate SPF for one mail (RFC 7208 check_host), or for many with --batch',
    examples: ['probity spf check --ip 192.0.2.1 --sender alice@example.com --helo mail.example.com'],
  },
  {
    name: 'tls',
    arguments: 'scan HOST:PORT',
    help: 'enumerate the versions, suites, groups and certificates of one TLS endpoint; judges nothing',
    details:
      'Also smtp:// imap:// pop3:// ldap:// ftp:// xmpp:// postgres:// mysql:// mssql:// HOST:PORT, where TLS starts inside.\n' +
      'Exit code: 0 all of it could be told, 2 usage, 3 something could not be told.',
    examples: ['probity tls scan example.com:443', 'probity tls scan smtp://mail.example.com:25 --json'],
  },
  {
    name: 'cert',
    arguments: 'FILE…',
    help: 'judge certificate files (PEM or DER) by the cert.* rules, offline',
    details:
      'The first certificate of a file is taken as the leaf, those behind it as its chain. With --ca-file the chain is judged too.\n' +
      'Exit code: 0 nothing to report, 1 a rule failed, 2 usage, 3 something could not be determined.',
    examples: [
      'probity cert server.pem',
      'probity cert --public --as-of 2026-11-22T00:00:00Z server.pem',
      'probity cert --ca-file root.pem --host example.com chain.pem',
    ],
  },
  { name: 'hsts', arguments: '', help: 'read Strict-Transport-Security values on standard input, one a line' },
  { name: 'completion', arguments: 'bash|zsh|fish', help: 'print a shell completion script' },
];

/** The options a command takes, in the order of the table. */
export function optionsOf(command: string): OptionSpec[] {
  return OPTIONS.filter((option) => option.commands.includes(command));
}
