/** Files of one setting a line: .env, properties, ini and its like, systemd units, apt and yum sources, .curlrc, gitconfig. */
import type { Sink } from '../hit.ts';
import { isRealValue } from './identity.ts';
import { isSecretName } from '../names.ts';
import { addressRules } from './addresses.ts';
import { sslmode } from './addresses.ts';
import { variableRules } from './variables.ts';
import { isRemote, urlsIn } from '../hosts.ts';

const MAX_LINE = 64 * 1024;
const MAX_LINES = 200_000;

export interface Line {
  readonly key: string;
  readonly value: string;
  /** Offset of the value. */
  readonly at: number;
  /** The name in brackets above, lower case. */
  readonly section: string;
  readonly exported: boolean;
}

/** Settings of the form `key = value`, `key: value`, `key value` for a few words; comments and sections are told apart. */
export function linesOf(text: string): readonly Line[] {
  const found: Line[] = [];
  let section = '';
  let from = 0;
  for (let count = 0; from <= text.length && count < MAX_LINES; count++) {
    const feed = text.indexOf('\n', from);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(from, Math.min(end, from + MAX_LINE));
    const start = from;
    from = end + 1;
    const bracket = /^\s*\[\s*([^\]]{1,200})\]\s*(?:[#;].*)?\r?$/.exec(line);
    if (bracket !== null) {
      section = (bracket[1] ?? '').trim().toLowerCase();
      continue;
    }
    const setting =
      /^\s*(?:export\s+|set\s+|Environment=["']?)?([A-Za-z_@][\w.@:/-]{0,300})[ \t]*[=:][ \t]*([^\r]*)/.exec(line);
    if (setting === null || /^\s*(?:[#;!]|\/\/)/.test(line)) continue;
    const raw = setting[2] ?? '';
    const quoted = /^(["'])(.*?)\1/.exec(raw);
    const value = quoted === null ? raw.replace(/[ \t]+[#;].*$/, '').trimEnd() : (quoted[2] ?? '');
    found.push({
      key: setting[1] ?? '',
      value,
      at: start + setting[0].length - raw.length + (quoted === null ? 0 : 1),
      section,
      exported: /^\s*export\s/.test(line),
    });
  }
  return found;
}

export type LineKind = 'env' | 'properties' | 'ini' | 'gitconfig' | 'pipconf' | 'repo' | 'unit';

export function lineRules(text: string, kind: LineKind, sink: Sink): void {
  const lines = linesOf(text);
  const host = lines.find((line) =>
    /^(?:host|hostname|server|db_host|pghost|database_host|postgres_host)$/i.test(line.key),
  )?.value;
  const servers = lines
    .filter((other) => /bootstrap[._]servers|brokers/i.test(other.key))
    .map((other) => other.value.split(',')[0]?.replace(/:\d+$/, '') ?? '');
  for (const line of lines) {
    const { key, value, at, section } = line;
    variableRules({ name: key, value, at }, sink);
    addressRules({ text: value, at, key }, sink);
    if (
      /^(?:sslmode|ssl_mode)$/i.test(key) &&
      /^(?:disable|allow|prefer|require)$/i.test(value) &&
      (host === undefined || isRemote(host))
    ) {
      sslmode(value, '', (seen, more) => sink({ rule: 'code.db.sslmode', at, seen, ...more }));
    }
    if (/^security\.protocol$|SECURITY_PROTOCOL$/i.test(key) && /^(?:SASL_)?PLAINTEXT$/i.test(value)) {
      if (servers.length === 0 || servers.some((server) => isRemote(server)))
        sink({ rule: 'code.db.cleartext-url', at, seen: 'Kafka with the protocol PLAINTEXT' });
    }
    if (
      kind === 'gitconfig' &&
      /^http(?:\s|$)/.test(section) &&
      /^sslverify$/i.test(key) &&
      /^(?:false|0|no|off)$/i.test(value)
    ) {
      sink({ rule: 'code.tls.git-verify-off', at, seen: 'http.sslVerify off' });
    }
    if (kind === 'pipconf') {
      if (/^trusted-host$/i.test(key) && value !== '')
        sink({ rule: 'code.tls.pip-trusted-host', at, seen: 'trusted-host in pip.conf' });
      const [url] = /^(?:index-url|extra-index-url)$/i.test(key) ? urlsIn(value) : [];
      if (url?.scheme === 'http' && isRemote(url.host))
        sink({ rule: 'code.tls.pip-trusted-host', at, seen: 'an index in the clear' });
    }
    if (kind === 'repo' && /^(?:repo_)?gpgcheck$/i.test(key) && value === '0' && /^gpgcheck$/i.test(key))
      sink({ rule: 'code.tls.pip-trusted-host', at, seen: 'gpgcheck=0' });
  }
  if (kind === 'pipconf') {
    // continued lines: `trusted-host =` and the hosts below
    const below = /^[ \t]*trusted-host[ \t]*=[ \t]*\r?\n[ \t]+\S/im.exec(text);
    if (below !== null) sink({ rule: 'code.tls.pip-trusted-host', at: below.index, seen: 'trusted-host in pip.conf' });
  }
}

/** `.curlrc`: long options without their dashes, one a line. */
export function curlrcRules(text: string, sink: Sink): void {
  const found = /^[ \t]*(?:-k|(?:--)?insecure)[ \t]*\r?$/m.exec(text);
  if (found !== null) sink({ rule: 'code.tls.curl-insecure', at: found.index, seen: 'insecure in .curlrc' });
}

/** `deb [trusted=yes] …` in a sources list, `Trusted: yes` in the newer form. */
export function aptRules(text: string, sink: Sink): void {
  for (const found of text.matchAll(
    /^[ \t]*deb(?:-src)?[ \t]+\[[^\]\n]{0,300}\btrusted=yes\b|^Trusted:[ \t]*yes\b/gim,
  )) {
    sink({ rule: 'code.tls.pip-trusted-host', at: found.index, seen: 'an apt source with trusted=yes' });
  }
}

/** `.yarnrc` of version 1: `strict-ssl false`. */
export function yarnrcRules(text: string, sink: Sink): void {
  const found = /^[ \t]*"?strict-ssl"?[ \t]+"?false"?[ \t]*\r?$/m.exec(text);
  if (found !== null) sink({ rule: 'code.tls.npm-strict-ssl', at: found.index, seen: 'strict-ssl false in .yarnrc' });
}

/** A committed .env: any value; an .envrc: an exported name that is a secret's. */
export function committedValue(text: string, isEnvrc: boolean): number | undefined {
  for (const line of linesOf(text)) {
    if (line.value.trim() === '') continue;
    if (!isEnvrc) return line.at;
    if (line.exported && isSecretName(line.key) && isRealValue(line.value)) return line.at;
  }
  return undefined;
}
