/** What commands switch off or fetch: in shell scripts, Dockerfiles, CI files, Makefiles and package.json scripts. */
import { commandsOf, type Command, type Word } from '../lex/shell.ts';
import { hostOf, shown, type Hit, type Sink } from '../hit.ts';
import { isLocalHost, isRemote, urlsIn } from '../hosts.ts';
import { addressRules } from './addresses.ts';
import { variableRules } from './variables.ts';

export interface CommandContext {
  /** A CI file or a Dockerfile: what runs here builds what is shipped. */
  readonly builds: boolean;
  /** A step of CI that gets secrets: what it prints is kept in logs. */
  readonly secrets: boolean;
  readonly ci: boolean;
  /** `curl | sh` counts here too. */
  readonly script: boolean;
}

/** Runs all command rules over a piece of shell text that begins at `base` in its file. */
export function commandRules(text: string, base: number, context: CommandContext, sink: Sink): void {
  if (!WORTH.test(text)) return;
  const commands = commandsOf(text, base);
  for (const [index, command] of commands.entries()) {
    for (const { name, value, at } of command.assignments) variableRules({ name, value, at }, sink);
    ofPowerShell(command.words, sink);
    const { name, words } = called(command);
    if (name === '') continue;
    insecureTransfers(name, words, sink);
    packageTools(name, words, sink);
    settings(name, words, sink);
    if (context.builds) installs(name, words, sink);
    if (context.builds || context.script) pipedScripts(commands, index, name, words, sink);
    if (context.ci) environmentDump(name, words, command, context, sink);
    for (const word of words) {
      // `"deb [trusted=yes] …"` and `gpgcheck=0` written into a file
      if (/\[[^\]]{0,200}\btrusted=yes\b/.test(word.text))
        report(sink, 'code.tls.pip-trusted-host', word, 'an apt source with trusted=yes');
      if (/(?:^|[\s\n])gpgcheck\s*=\s*0\b/.test(word.text))
        report(sink, 'code.tls.pip-trusted-host', word, 'gpgcheck=0');
      if (/--tls-min-v1\.[01]\b/.test(word.text))
        report(sink, 'code.tls.old-version-node', word, '--tls-min below TLS 1.2');
      if (name !== 'curl' && name !== 'wget') addressRules({ text: word.text, at: word.at }, sink);
    }
  }
}

const WORTH =
  /curl|wget|https? |Invoke-|iwr|irm|iex|pip|conda|poetry|gem |apt|yum|dnf|npm|yarn|pnpm|git |SSL|TLS|PYTHONHTTPS|GOINSECURE|GOSUMDB|PGSSL|env|set |trusted=|gpgcheck|--tls-min|:\/\/|mysql|sslmode|TRUSTED/;

/** `$env:NAME = "value"`, with blanks or without. */
function ofPowerShell([first, second, third]: readonly Word[], sink: Sink): void {
  const [, name, joined] = /^\$env:([A-Za-z_]\w{0,100})(?:=([\s\S]*))?$/i.exec(first?.text ?? '') ?? [];
  if (first === undefined || name === undefined) return;
  if (joined !== undefined) variableRules({ name, value: joined, at: first.at }, sink);
  else if (second?.text === '=' && third !== undefined) variableRules({ name, value: third.text, at: third.at }, sink);
}

function report(sink: Sink, rule: Hit['rule'], word: Word, seen: string, more: Partial<Hit> = {}): void {
  sink({ rule, at: word.at, seen, ...more });
}

/** Programs that run another one: the rest of the words is that one's. */
const RUNNERS =
  /^(?:sudo|env|exec|nohup|command|time|xargs|cross-env|cross-env-shell|nice|ionice|timeout|retry|doas|gosu|su-exec|npx|pnpx|then|busybox|stdbuf|dotenv|eval)$/;

/** The program of a command by its last path part, and its words without runners and their options. */
function called(command: Command): { readonly name: string; readonly words: readonly Word[] } {
  let { words } = command;
  for (let step = 0; step < 6; step++) {
    const [first] = words;
    const text = first?.text.replace(/^@?-?/, '') ?? '';
    if (first === undefined) return { name: '', words };
    const name = text.slice(text.lastIndexOf('/') + 1);
    if (!RUNNERS.test(name) || words.length === 1) return { name, words };
    let next = 1;
    while (next < words.length && /^-|^\d+[smh]?$|^--$|^[A-Za-z_]\w*=/.test(words[next]?.text ?? '')) next++;
    if (next >= words.length) return { name, words };
    words = words.slice(next);
  }
  return { name: '', words };
}

/** Short options of curl that take the rest of the word, or the next one, as their value. */
const CURL_VALUES = new Set('AbcCdDeEFhHKmoPQrtTuUwxXyYz'.split(''));

function isInsecureCurl(words: readonly Word[]): Word | undefined {
  for (let at = 1; at < words.length; at++) {
    const word = words[at];
    const text = word?.text ?? '';
    if (word === undefined) break;
    if (text === '--insecure' || text === '--proxy-insecure' || text === '--doh-insecure') return word;
    if (!/^-[A-Za-z#0-9]/.test(text)) continue;
    for (let letter = 1; letter < text.length; letter++) {
      const char = text[letter] ?? '';
      if (char === 'k') return word;
      if (CURL_VALUES.has(char)) {
        if (letter === text.length - 1) at++;
        break;
      }
    }
  }
  return undefined;
}

/** Every address that is named is local; where none is named, nothing is known. */
function onlyLocal(words: readonly Word[]): boolean {
  const hosts = words.slice(1).flatMap((word) => {
    const urls = urlsIn(word.text).map((url) => url.host);
    if (urls.length > 0) return urls;
    const bare = /^(localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])(?::\d+)?(?:\/|$)/.exec(word.text)?.[1];
    return bare === undefined ? [] : [bare];
  });
  return hosts.length > 0 && hosts.every((host) => isLocalHost(host));
}

function insecureTransfers(name: string, words: readonly Word[], sink: Sink): void {
  const rule = 'code.tls.curl-insecure';
  const off =
    name === 'curl' || name === 'curl.exe'
      ? isInsecureCurl(words)
      : name === 'wget'
        ? words.find((word) => word.text === '--no-check-certificate')
        : /^(?:http|https|xh)$/.test(name)
          ? words.find(
              (word, at) =>
                /^--verify=(?:no|false|0)$/.test(word.text) ||
                (word.text === '--verify' && /^(?:no|false|0)$/.test(words[at + 1]?.text ?? '')),
            )
          : /^(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)$/i.test(name)
            ? words.find((word) => /^-SkipCertificateCheck$/i.test(word.text))
            : undefined;
  if (off !== undefined && !onlyLocal(words))
    report(
      sink,
      rule,
      off,
      `${name} ${off.text.startsWith('--') ? shown(off.text) : off.text.startsWith('-S') ? off.text : '-k'}`,
    );
  if (!/^(?:curl|curl\.exe|wget|http|Invoke-WebRequest|Invoke-RestMethod|iwr|irm)$/i.test(name)) return;
  for (const word of words.slice(1)) {
    const url = /^http:\/\//i.test(word.text) ? urlsIn(word.text)[0] : undefined;
    if (url === undefined || !isRemote(url.host)) continue;
    report(sink, 'code.http.cleartext-request', word, `${name} asks http://${shown(url.host)}`, hostOf(url.host));
    break;
  }
}

function valueOfOption(
  words: readonly Word[],
  option: RegExp,
): { readonly word: Word; readonly value: string } | undefined {
  for (const [at, word] of words.entries()) {
    const [flag = '', ...rest] = word.text.split('=');
    if (option.test(flag)) return { word, value: rest.length > 0 ? rest.join('=') : (words[at + 1]?.text ?? '') };
  }
  return undefined;
}

function isCleartext(address: string): boolean {
  const [url] = urlsIn(address);
  return url?.scheme === 'http' && isRemote(url.host);
}

function packageTools(name: string, words: readonly Word[], sink: Sink): void {
  const rule = 'code.tls.pip-trusted-host';
  const texts = words.map((word) => word.text);
  const first = words[0];
  if (first === undefined) return;
  const isPip =
    /^pip[0-9.]*$/.test(name) ||
    (/^python[0-9.]*$/.test(name) && texts.includes('pip')) ||
    name === 'uv' ||
    name === 'pipenv';
  if (isPip) {
    const trusted = words.find((word) => /^--(?:trusted-host|allow-insecure-host)(?:=|$)/.test(word.text));
    if (trusted !== undefined) report(sink, rule, trusted, `${name} --trusted-host`);
    const index = valueOfOption(words, /^(?:--index-url|--extra-index-url|-i|--find-links)$/);
    if (index !== undefined && isCleartext(index.value))
      report(sink, rule, index.word, `${name} with an index in the clear`);
    if (texts[1] === 'config' && texts.some((text) => text.endsWith('trusted-host')))
      report(sink, rule, first, 'pip config set trusted-host');
  } else if (/^(?:conda|mamba|micromamba)$/.test(name)) {
    const at = texts.indexOf('ssl_verify');
    if (at > 0 && /^(?:false|no|0)$/i.test(texts[at + 1] ?? '')) report(sink, rule, first, 'conda ssl_verify false');
  } else if (name === 'poetry') {
    const at = texts.findIndex((text) => /^certificates\.[^\s]{1,100}\.cert$/.test(text));
    if (at > 0 && /^false$/i.test(texts[at + 1] ?? ''))
      report(sink, rule, first, 'poetry certificate verification off');
  } else if (name === 'gem' || name === 'bundle') {
    const source = valueOfOption(words, /^(?:--source|-s|--add|-a)$/);
    if (source !== undefined && isCleartext(source.value))
      report(sink, rule, source.word, 'gem with a source in the clear');
  } else if (/^(?:apt|apt-get|aptitude)$/.test(name)) {
    const off = words.find((word) =>
      /^--(?:allow-unauthenticated|force-yes|allow-insecure-repositories)$/.test(word.text),
    );
    if (off !== undefined) report(sink, rule, off, `${name} ${off.text}`);
  } else if (/^(?:yum|dnf|microdnf|zypper)$/.test(name)) {
    const off = words.find(
      (word) => /^--(?:nogpgcheck|no-gpg-checks)$/.test(word.text) || word.text.endsWith('gpgcheck=0'),
    );
    if (off !== undefined) report(sink, rule, off, `${name} without gpgcheck`);
  }
}

function settings(name: string, words: readonly Word[], sink: Sink): void {
  const [first] = words;
  if (first === undefined) return;
  const texts = words.map((word) => word.text);
  if (/^(?:npm|yarn|pnpm)$/.test(name)) {
    const setting = texts.findIndex((text) => /^(?:strict-ssl|enableStrictSsl)$/.test(text));
    const joined = words.find(
      (word) =>
        /^(?:--)?(?:strict-ssl|enableStrictSsl)=(?:false|0)$/.test(word.text) || word.text === '--no-strict-ssl',
    );
    const separate = setting > 0 && texts[1] === 'config' && /^(?:false|0)$/.test(texts[setting + 1] ?? '');
    const flag = texts.findIndex((text) => text === '--strict-ssl');
    if (joined !== undefined || separate || (flag > 0 && texts[flag + 1] === 'false'))
      report(sink, 'code.tls.npm-strict-ssl', joined ?? first, `${name} with strict-ssl false`);
  }
  if (name === 'git') {
    const at = texts.findIndex((text) => /^http\.(?:[^\s=]{1,200}\.)?sslverify$/i.test(text));
    const joined = words.find((word) => /^http\.(?:[^\s=]{1,200}\.)?sslverify=(?:false|0|no|off)?$/i.test(word.text));
    const separate = at > 0 && texts.includes('config') && /^(?:false|0|no|off)$/i.test(texts[at + 1] ?? '');
    if (joined !== undefined || separate)
      report(sink, 'code.tls.git-verify-off', joined ?? words[at] ?? first, 'git http.sslVerify off');
  }
}

/** In CI the lockfile decides; what may change it on the way is no build that can be repeated. */
function installs(name: string, words: readonly Word[], sink: Sink): void {
  const rule = 'package.ci.install';
  const [first] = words;
  const rest = words.slice(1).map((word) => word.text);
  const [command = ''] = rest.filter((text) => !text.startsWith('-'));
  const flags = rest.filter((text) => text.startsWith('-'));
  if (first === undefined) return;
  if (name === 'npm' && /^(?:install|i|add|isntall|in)$/.test(command)) {
    const named = packagesIn(rest, command);
    if (flags.some((flag) => /^(?:-g|--global|--location=global)$/.test(flag))) {
      if (named.some((one) => !/^(?:@[^@/]+\/)?[^@]+@\d/.test(one) && !/^[./]|:\/\//.test(one)))
        report(sink, rule, first, 'npm install -g without a version', { severity: 'low' });
    } else if (named.length === 0 && !flags.includes('--package-lock-only'))
      report(sink, rule, first, 'npm install, which may change the lockfile');
  } else if (name === 'yarn' && (command === '' || command === 'install')) {
    const harmless = flags.some((flag) => /^(?:--frozen-lockfile|--immutable|--version|-v|--help|-h)$/.test(flag));
    if (!harmless && !/\$/.test(rest.join(' '))) report(sink, rule, first, 'yarn install without --frozen-lockfile');
  } else if (name === 'pnpm' && /^(?:install|i)$/.test(command)) {
    if (flags.some((flag) => /^--(?:no-frozen-lockfile|frozen-lockfile=false)$/.test(flag)))
      report(sink, rule, first, 'pnpm install --no-frozen-lockfile');
  }
}

/** Options of npm whose value is the next word. */
const NPM_VALUES =
  /^--(?:prefix|registry|loglevel|cache|userconfig|omit|include|only|save-prefix|tag|otp|workspace|fetch-retries|fetch-timeout|network-timeout)$|^-[wC]$/;

function packagesIn(rest: readonly string[], command: string): readonly string[] {
  const named: string[] = [];
  for (let at = rest.indexOf(command) + 1; at < rest.length; at++) {
    const text = rest[at] ?? '';
    if (NPM_VALUES.test(text)) at++;
    else if (!text.startsWith('-') && !/^\d?>|^\d$/.test(text)) named.push(text);
  }
  return named;
}

const SHELLS = /^(?:ba|z|da|k|a)?sh$|^python[0-9.]*$|^node$|^perl$|^ruby$|^php$/;
const FETCHERS = /^(?:curl|wget|curl\.exe)$/;
const CHECKSUMS = /^(?:sha\d+sum|shasum|md5sum|gpg|gpgv|cosign|minisign|openssl|b2sum|sigstore)$/;

function pipedScripts(
  commands: readonly Command[],
  index: number,
  name: string,
  words: readonly Word[],
  sink: Sink,
): void {
  const rule = 'package.ci.curl-pipe';
  const command = commands[index];
  const [first] = words;
  if (command === undefined || first === undefined) return;
  if (FETCHERS.test(name) && command.after === '|') {
    for (let at = index + 1; at < Math.min(commands.length, index + 12); at++) {
      const next = commands[at];
      if (next === undefined) break;
      // what runs in a substitution, and places between operators
      if (next.inside !== command.inside || next.words.length === 0) continue;
      const into = called(next).name;
      if (CHECKSUMS.test(into)) return;
      if (SHELLS.test(into) && !runsOwnText(next)) {
        report(sink, rule, first, `${name} piped into ${into}`);
        return;
      }
      if (next.after !== '|') break;
    }
  }
  if (FETCHERS.test(name) && command.inside !== undefined) {
    const outer = commands[command.inside];
    if (outer === undefined) return;
    const runner = called(outer);
    const direct = /^(?:eval|source|\.)$/.test(outer.words[0]?.text ?? '');
    const given =
      runner.words.some((word) => word.text === '<(…)') ||
      runner.words.some(
        (word, at) => /^-[a-z]*c$/.test(word.text) && (runner.words[at + 1]?.text ?? '').startsWith('$(…)'),
      );
    if (direct || (SHELLS.test(runner.name) && given))
      report(sink, rule, first, `${direct ? (outer.words[0]?.text ?? '') : runner.name} runs what ${name} fetched`);
  }
  if (/^(?:iex|Invoke-Expression)$/i.test(name)) {
    const rest = `${words.map((word) => word.text).join(' ')} ${(commands[index + 1]?.words ?? []).map((word) => word.text).join(' ')} ${(commands[index + 2]?.words ?? []).map((word) => word.text).join(' ')}`;
    if (/\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|curl|wget)\b/i.test(rest))
      report(sink, rule, first, 'iex runs what was fetched');
  }
  if (/^(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)$/i.test(name) && command.after === '|') {
    const next = commands[index + 1];
    if (next !== undefined && /^(?:iex|Invoke-Expression)$/i.test(called(next).name))
      report(sink, rule, first, 'iex runs what was fetched');
  }
}

/** `| python -c '…'`, `| node -e …`, `| python script.py`: what was fetched is data there. */
function runsOwnText(command: Command): boolean {
  const { name, words } = called(command);
  const rest = words.slice(1).map((word) => word.text);
  if (/^(?:ba|z|da|k|a)?sh$/.test(name)) return false;
  return (
    rest.some((text) => /^(?:-c|-e|-m|-p|-r|-ne|-pe|--eval|--print)$/.test(text)) ||
    (rest.length > 0 && !rest.includes('-') && !rest[0]?.startsWith('-'))
  );
}

function environmentDump(
  name: string,
  words: readonly Word[],
  command: Command,
  context: CommandContext,
  sink: Sink,
): void {
  const [first] = words;
  if (first === undefined) return;
  const whole = (name === 'printenv' || name === 'env') && words.length === 1 && command.after !== '|';
  if (whole) report(sink, 'code.logger.environment', first, `${name} in CI`, { severity: 'low' });
  else if (
    name === 'set' &&
    context.secrets &&
    words.some((word) => /^-[a-z]*x[a-z]*$/.test(word.text) || word.text === 'xtrace')
  ) {
    report(sink, 'code.logger.environment', first, 'set -x in a step that gets secrets', { severity: 'low' });
  }
}
