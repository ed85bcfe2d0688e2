/** YAML documents: Kubernetes, compose, CI pipelines, Ansible and settings; templates are blanked out, so that charts can be read too. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Node, type Pair, type Scalar } from 'yaml';
import { shown, type Sink } from '../hit.ts';
import { isLocalHost, isRemote } from '../hosts.ts';
import { isPlaceholder } from '../names.ts';
import { addressRules, sslmode } from './addresses.ts';
import { commandRules, type CommandContext } from './commands.ts';
import { isVariableOfInterest, variableRules } from './variables.ts';

/** Larger documents are generated; the parser takes seconds for them. */
export const MAX_YAML = 1024 * 1024;
const MAX_NODES = 200_000;
const MAX_DEPTH = 100;

export interface YamlContext {
  readonly text: string;
  /** Runs in CI: its commands are a build's. */
  readonly ci: boolean;
  readonly github: boolean;
  readonly rails: boolean;
  readonly sink: Sink;
  /** Names of compose services. */
  readonly services: Set<string>;
}

/** The quick look: without one of these words no rule of this file can find anything. */
const WORTH =
  /insecure|Secret\b|run:|script|command|uses:|NODE_TLS|PYTHONHTTPS|GOINSECURE|GOSUMDB|SSL|TRUSTED_HOST|sslmode|ssl_?verify|secret_key_base|services:|PGSSL|encrypt|(?:ftp|telnet|ldap|smtp|ws|redis|amqp|mongodb|memcached|nats|PLAINTEXT|mysql|mariadb|postgres|postgresql|jdbc|sqlserver)[:=]|:9200|PLAINTEXT|--tls-min/i;

/** False where the file could not be read as YAML at all. */
export function yamlRules(context: YamlContext): boolean {
  const text = withoutTemplates(context.text);
  if (!WORTH.test(text)) return true;
  if (isTooDeep(text)) return false;
  let documents;
  try {
    documents = parseAllDocuments(text, {
      uniqueKeys: false,
      strict: false,
      logLevel: 'silent',
      prettyErrors: false,
      maxAliasCount: 0,
    } as never);
  } catch {
    // the parser gives up on brackets nested thousands deep
    return false;
  }
  if (!Array.isArray(documents)) return true;
  const walker = new Walker(context, text);
  for (const document of documents) {
    const { contents } = document;
    if (contents !== null) walker.document(contents);
    // what is no YAML at all has errors and next to no content
    if (document.errors.length > 0 && contents === null) return false;
  }
  return walker.nodes < MAX_NODES;
}

/** Flow collections inside flow collections: the parser calls itself for each. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) depth++;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
    // brackets of block scalars do not nest over lines for long
    else if (code === 0x0a && depth > 0 && depth < 50) depth--;
    if (depth > MAX_FLOW) return true;
  }
  return false;
}

const MAX_FLOW = 500;
const BLANK = '\ue000';

/** `{{ … }}` of Helm, Jinja and Go templates as text of the same length; lines of nothing else as blanks. `${{ … }}` of GitHub stays. */
function withoutTemplates(text: string): string {
  if (!text.includes('{{') && !text.includes('{%')) return text.replaceAll(/\r\n/g, ' \n');
  return text
    .replaceAll(/^[ \t]*(?:\{\{[^\n]{0,2000}\}\}|\{%[^\n]{0,2000}%\})[ \t]*\r?$/gm, (line) => ' '.repeat(line.length))
    .replaceAll(/(?<!\$)\{\{[^\n}]{0,300}\}\}/g, (found) => BLANK.repeat(found.length))
    .replaceAll(/\{%[^\n%]{0,300}%\}/g, (found) => BLANK.repeat(found.length))
    .replaceAll(/\r\n/g, ' \n');
}

function scalarText(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  const { value, source } = node;
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : (source ?? JSON.stringify(value));
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0;
}

function keyOf(pair: Pair): string {
  return scalarText(pair.key) ?? '';
}

class Walker {
  nodes = 0;
  private readonly context: YamlContext;
  private readonly text: string;
  /** The step or job that is walked gets secrets. */
  private secrets = false;

  constructor(context: YamlContext, text: string) {
    this.context = context;
    this.text = text;
  }

  document(root: Node): void {
    if (isMap(root)) {
      if (this.member(root, 'kind') === 'Secret') this.kubernetesSecret(root);
      this.compose(root);
    }
    this.walk(root, [], 0);
  }

  private get(map: Node | undefined, name: string): Pair | undefined {
    return isMap(map) ? map.items.find((pair) => keyOf(pair) === name) : undefined;
  }

  private member(map: Node, name: string): string | undefined {
    return scalarText(this.get(map, name)?.value);
  }

  /** One finding a document: the first literal value. Sealed and encrypted ones are of another kind, or say so. */
  private kubernetesSecret(root: Node): void {
    if (this.get(root, 'sops') !== undefined || /^sealed|external/i.test(this.member(root, 'apiVersion') ?? '')) return;
    if (this.member(root, 'type') === 'kubernetes.io/service-account-token') return;
    for (const field of ['data', 'stringData']) {
      const values = this.get(root, field)?.value as Node | undefined;
      if (!isMap(values)) continue;
      for (const pair of values.items) {
        const text = scalarText(pair.value);
        if (
          text === undefined ||
          isPlaceholder(text) ||
          this.isPlaceholderText(field === 'data' ? decoded(text) : text)
        )
          continue;
        this.context.sink({
          rule: 'code.secret.k8s-manifest',
          at: startOf(pair.value),
          seen: `a Secret with a literal ${field}.${shown(keyOf(pair))}`,
        });
        return;
      }
    }
  }

  private isPlaceholderText(text: string): boolean {
    return isPlaceholder(text);
  }

  private compose(root: Node): void {
    const services = this.get(root, 'services')?.value as Node | undefined;
    if (!isMap(services)) return;
    const items = services.items;
    if (
      !items.some(
        (pair) =>
          this.get(pair.value as Node, 'image') !== undefined || this.get(pair.value as Node, 'build') !== undefined,
      )
    )
      return;
    for (const pair of items.slice(0, 500)) this.context.services.add(keyOf(pair).toLowerCase());
  }

  private walk(node: Node, path: readonly string[], depth: number): void {
    if (depth > MAX_DEPTH || ++this.nodes > MAX_NODES || isAlias(node)) return;
    if (isMap(node)) this.map(node, path, depth);
    else if (isSeq(node)) {
      for (const item of node.items as Node[]) {
        if (isScalar(item)) this.scalar(path.at(-1) ?? '', item, path, node);
        else if (item !== null) this.walk(item, path, depth + 1);
      }
    }
  }

  private map(node: Node, path: readonly string[], depth: number): void {
    if (!isMap(node)) return;
    const before = this.secrets;
    const range = node.range;
    // a step or job: what it is given decides what its output may hold
    if (
      this.context.ci &&
      range !== undefined &&
      range !== null &&
      (this.get(node, 'run') !== undefined || this.get(node, 'script') !== undefined)
    ) {
      this.secrets = /secrets\.|SECRET|TOKEN|PASSWORD|API_KEY/.test(
        this.text.slice(range[0], Math.min(range[1], range[0] + 4000)),
      );
    }
    // Kubernetes: `- name: X` and `value: "0"`
    const name = this.member(node, 'name');
    const value = this.get(node, 'value');
    if (name !== undefined && value !== undefined && isVariableOfInterest(name)) {
      variableRules({ name, value: scalarText(value.value) ?? '', at: startOf(value.value) }, this.context.sink);
    }
    for (const pair of node.items) {
      if (++this.nodes > MAX_NODES) break;
      const key = keyOf(pair);
      if (isScalar(pair.value)) this.scalar(key, pair.value, path, node);
      else if (pair.value !== null && pair.value !== undefined)
        this.walk(pair.value as Node, path.length < MAX_DEPTH ? [...path, key] : path, depth + 1);
    }
    this.secrets = before;
  }

  private scalar(key: string, node: Scalar, path: readonly string[], parent: Node): void {
    const value = scalarText(node) ?? '';
    const at = startOf(node);
    const { sink, ci } = this.context;
    if (isMap(parent)) {
      variableRules({ name: key, value, at }, sink);
      this.setting(key, value, at, path, parent);
    } else {
      // compose: `environment: [NAME=0]`
      const listed = /^([A-Za-z_]\w{0,100})=([\s\S]*)$/.exec(value);
      if (listed !== null) variableRules({ name: listed[1] ?? '', value: listed[2] ?? '', at }, sink);
    }
    if (key === 'uses' && this.context.github && isMap(parent)) this.uses(value, at);
    if (SHELL_KEYS.test(key)) this.shell(node, ci || BUILD_KEYS.test(key));
    else addressRules({ text: value, at, key }, sink);
  }

  private setting(key: string, value: string, at: number, path: readonly string[], parent: Node): void {
    const { sink } = this.context;
    const isOn = /^(?:true|yes|on)$/i.test(value);
    const isOff = /^(?:false|no|off|0)$/i.test(value);
    if (
      isOn &&
      /^(?:insecure-skip-tls-verify|insecureSkipTLSVerify|insecureSkipVerify|insecure_skip_verify|insecureSkipTlsVerify)$/.test(
        key,
      )
    ) {
      sink({ rule: 'code.tls.skip-verify-k8s', at, seen: `${key}: true` });
    }
    if (isOff && key === 'ssl_verify') sink({ rule: 'code.tls.pip-trusted-host', at, seen: 'ssl_verify: false' });
    if (isOff && /^(?:enableStrictSsl|strict-ssl)$/.test(key))
      sink({ rule: 'code.tls.npm-strict-ssl', at, seen: `${key}: false` });
    if (/^ssl_?mode$/i.test(key) && /^(?:disable|allow|prefer|require)$/i.test(value)) {
      const host = this.member(parent, 'host') ?? this.member(parent, 'server') ?? this.member(parent, 'hostname');
      if (host === undefined || isRemote(host))
        sslmode(value, this.member(parent, 'sslrootcert') === undefined ? '' : 'sslrootcert', (seen, more) =>
          sink({ rule: 'code.db.sslmode', at, seen, ...more }),
        );
    }
    if (
      key === 'secret_key_base' &&
      this.context.rails &&
      !path.includes('test') &&
      value !== '' &&
      !isPlaceholder(value)
    ) {
      sink({ rule: 'code.secret.session-hardcoded', at, seen: 'secret_key_base is a literal' });
    }
    if (
      isOff &&
      key === 'encrypt' &&
      /mssql|sqlserver/i.test(this.member(parent, 'dialect') ?? this.member(parent, 'type') ?? '')
    ) {
      const host = this.member(parent, 'host');
      if (host === undefined || !isLocalHost(host)) sink({ rule: 'code.db.ssl-false', at, seen: 'encrypt: false' });
    }
  }

  /** OpenSSF Scorecard, Pinned-Dependencies: a tag can be moved, a digest cannot. */
  private uses(value: string, at: number): void {
    const { sink } = this.context;
    if (/^\.{1,2}\//.test(value) || value.includes(BLANK)) return;
    if (value.startsWith('docker://')) {
      if (!value.includes('@sha256:')) sink({ rule: 'code.ci-pinned', at, seen: `${shown(value)} without a digest` });
      return;
    }
    const found = /^([\w.-]+)\/([\w./-]+)(?:@(.+))?$/.exec(value);
    if (found === null || /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i.test(found[3] ?? '')) return;
    // its provenance is made by the tag: it has to be named so
    if (`${found[1] ?? ''}/${found[2] ?? ''}`.startsWith('slsa-framework/slsa-github-generator/')) return;
    const own = /^(?:actions|github)$/i.test(found[1] ?? '');
    sink({
      rule: 'code.ci-pinned',
      at,
      seen: `${shown(value)} is no commit`,
      ...(own ? { severity: 'low' as const } : {}),
    });
  }

  private shell(node: Scalar, builds: boolean): void {
    const range = node.range;
    if (range === undefined || range === null) return;
    let [from, to] = [range[0], range[1]];
    const raw = this.text.slice(from, to);
    if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') {
      const feed = raw.indexOf('\n');
      from += feed < 0 ? 0 : feed + 1;
    } else if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') {
      from++;
      to--;
    }
    const folded = node.type === 'BLOCK_FOLDED' || node.type === 'PLAIN';
    const text = this.text.slice(from, to);
    const ci = this.context.ci;
    const context: CommandContext = { builds: builds && ci, ci, secrets: this.secrets, script: true };
    commandRules(folded ? text.replaceAll(/\n(?=[^\n])/g, ' ') : text, from, context, this.context.sink);
  }
}

const BUILD_KEYS = /^(?:run|script|before_script|after_script|command|install|before_install|bash|sh|powershell|pwsh)$/;
const SHELL_KEYS =
  /^(?:run|script|scripts|before_script|after_script|command|commands|cmd|cmds|args|entrypoint|install|before_install|bash|sh|shell|powershell|pwsh|inline|inlineScript|test|build|post_create_command|pre_build|post_build)$/;

/** Base64 as Kubernetes writes it; what is none decodes to itself. */
function decoded(text: string): string {
  const compact = text.replaceAll(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(compact) || compact.length > 4096) return compact;
  const plain = Buffer.from(compact, 'base64').toString('utf8').trim();
  // oxlint-disable-next-line no-control-regex -- binary content is no word
  return /[\u0000-\u0008\ufffd]/.test(plain) ? compact : plain;
}
