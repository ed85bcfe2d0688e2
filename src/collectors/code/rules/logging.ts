/** Secrets, whole environments and whole header lists that go into logs (CWE-532). */
import { callOf, chainTo, followed, isString, textAt, tokenAt, type Code } from '../lex/code.ts';
import { shown, type Sink } from '../hit.ts';
import { isSecretName, wordsOf } from '../names.ts';

const LEVELS: ReadonlySet<string> = new Set(
  'log trace debug info warn warning error fatal critical exception notice verbose silly dir table Print Printf Println Fatal Fatalf Fatalln Panic Panicf Debug Debugf Info Infof Infow Warn Warnf Warnw Error Errorf Errorw Trace Tracef Verbose Information Warning Critical LogInformation LogDebug LogWarning LogError LogTrace LogCritical Write WriteLine print println printf write d e i v w'.split(
    ' ',
  ),
);
const LOGGERS =
  /^(?:console|log|logs|logger|logging|winston|pino|bunyan|syslog|slog|zap|glog|logrus|Log|LOG|LOGGER|Logger|Timber|tracing|_logger|_log|Console|Rails|sugar|loguru|structlog|monolog)$|[a-z_](?:Logger|Log|_logger|_log|\.log)$/;

/** Whether a called name writes to a log or to standard output. */
function isLogging(code: Code, names: readonly string[], index: number): boolean {
  const last = names.at(-1) ?? '';
  const owner = names.at(-2);
  switch (code.language) {
    case 'python':
      if (names.length === 1) return /^(?:print|pprint)$/.test(last);
      break;
    case 'go':
      if (owner === 'fmt')
        return (
          /^(?:Print|Printf|Println)$/.test(last) ||
          (last.startsWith('Fprint') && /^(?:Stdout|Stderr)$/.test(textAt(code, index + 4)))
        );
      break;
    case 'java':
    case 'kotlin':
      if ((owner === 'out' || owner === 'err') && names.includes('System')) return last.startsWith('print');
      if (names.length === 1) return code.language === 'kotlin' && /^print(?:ln)?$/.test(last);
      break;
    case 'csharp':
      if (owner === 'Console' || owner === 'Debug' || owner === 'Trace') return last.startsWith('Write');
      if (/^Log(?:Information|Debug|Warning|Error|Trace|Critical)$/.test(last)) return true;
      break;
    case 'ruby':
      if (names.length === 1) return /^(?:puts|p|pp|print|warn)$/.test(last);
      break;
    case 'php':
      if (names.length === 1) return /^(?:error_log|print_r|var_dump|var_export|syslog|trigger_error)$/.test(last);
      break;
    case 'rust':
      if (textAt(code, index + 1) === '!')
        return /^(?:println|print|eprintln|eprint|dbg|info|debug|warn|error|trace)$/.test(last);
      return false;
    default:
  }
  if (names.length === 1) return false;
  if (owner === 'stdout' || owner === 'stderr') return last === 'write';
  const name = (owner ?? '').replace(/^\$/, '');
  return LEVELS.has(last) && LOGGERS.test(name);
}

/** Calls through which a value goes unchanged. */
const TRANSPARENT =
  /^(?:stringify|String|str|repr|format|inspect|Sprintf|Sprint|Sprintln|Errorf|Stringer|Any|Field|toString|to_s|trim|join|concat|from|encodeURIComponent|decodeURIComponent|valueOf|print_r|json_encode|dumps|to_json|Serialize|SerializeObject|blue|red|green|yellow|cyan|bold|gray|magenta|dict|dumps|util|fmt|bind|child|with|With|kv|Strings?|Stringp|ByteString|Reflect|Object|tuple|list|Some|Ok|unwrap|expect|clone|as_str|as_ref|getOrDefault|Optional|of|ofNullable|orElse)$/;

export function loggingRules(code: Code, sink: Sink): void {
  for (let index = 0; index < code.tokens.length; index++) {
    const token = tokenAt(code, index);
    if (token.kind !== 'word') continue;
    if (code.language === 'php' && token.text === 'phpinfo' && callOf(code, index) !== undefined) {
      sink({ rule: 'code.logger.environment', at: token.at, seen: 'phpinfo()' });
      continue;
    }
    const written = LEVELS.has(token.text) || MAYBE.has(token.text);
    if (!written && token.text !== 'morgan') continue;
    const opening = callOf(code, index);
    const command =
      opening === undefined && code.language === 'ruby' && !tokenAt(code, index + 1).starts ? index : undefined;
    if (opening === undefined && command === undefined) continue;
    if (!written) {
      if (opening !== undefined) morgan(code, opening, sink);
      continue;
    }
    const { names } = chainTo(code, index);
    const to = opening === undefined ? lineEnd(code, index) : (code.match[opening] ?? -1);
    const from = (opening ?? index) + 1;
    if (to <= from) continue;
    if (isLogging(code, names, index)) inLog(code, from, to, sink);
    else if (/^(?:send|json|end|write|body|render)$/.test(token.text)) inResponse(code, names, from, to, sink);
  }
}

const MAYBE: ReadonlySet<string> = new Set(
  'pprint puts p pp error_log print_r var_dump var_export syslog trigger_error eprintln eprint dbg send json end body render warn Fprint Fprintf Fprintln'.split(
    ' ',
  ),
);

function lineEnd(code: Code, index: number): number {
  let at = index + 1;
  while (at < code.tokens.length && !tokenAt(code, at).starts) {
    const partner = code.match[at] ?? -1;
    at = partner > at ? partner + 1 : at + 1;
  }
  return at;
}

function morgan(code: Code, opening: number, sink: Sink): void {
  const format = tokenAt(code, opening + 1);
  if (format.kind !== 'string' || !/:req\[(?:authorization|cookie|x-api-key)\]/i.test(format.text)) return;
  sink({ rule: 'code.logger.headers', at: format.at, seen: 'morgan writes a header that holds a credential' });
}

function inResponse(code: Code, names: readonly string[], from: number, to: number, sink: Sink): void {
  if (code.language !== 'js' || !/^(?:res|response|reply|ctx|c)$/.test(names.at(-2) ?? '')) return;
  for (let at = from; at < to; at++)
    if (environmentAt(code, at))
      sink({ rule: 'code.logger.environment', at: tokenAt(code, at).at, seen: 'the whole environment in a response' });
}

/** What the arguments of one logging call hold. */
function inLog(code: Code, from: number, to: number, sink: Sink): void {
  for (let at = from; at < to; at++) {
    const token = tokenAt(code, at);
    if (token.kind !== 'word') continue;
    if (environmentAt(code, at)) {
      sink({ rule: 'code.logger.environment', at: token.at, seen: 'the whole environment is logged' });
      continue;
    }
    const end = chainEnd(code, at);
    const call = callOf(code, end);
    if (call !== undefined) {
      // what a function makes of its arguments is not known; a few hand them on
      const receiver = end > at ? textAt(code, end - 2) : '';
      if (readsSecretVariable(code, at, end, call)) logged(code, at, 'a secret of the environment', sink);
      else if (UNCHANGED.test(textAt(code, end)) && isSecretName(receiver)) named(code, end - 2, receiver, sink);
      if (readsSecretVariable(code, at, end, call) || !TRANSPARENT.test(textAt(code, end)))
        at = Math.max(at, code.match[call] ?? at);
      else at = call;
      continue;
    }
    if (isQuestion(code, at, end)) {
      at = end;
      continue;
    }
    const names = chainNames(code, at, end);
    if (readsSecretVariable(code, at, end, undefined)) logged(code, at, 'a secret of the environment', sink);
    else if (headersOf(code, names, end)) {
      sink({ rule: 'code.logger.headers', at: token.at, seen: `all of ${shown(names.slice(-3).join('.'))} is logged` });
    } else {
      const name = names.at(-1) ?? '';
      const member = subscript(code, end);
      if (isSecretName((member ?? name).replace(/^[$@#]+/, ''))) named(code, end, names.slice(-2).join('.'), sink);
      if (names.length === 1) assignedSecret(code, at, name, sink);
    }
    at = end;
  }
}

/** Methods that give the value back as it is. */
const UNCHANGED = /^(?:toString|trim|to_s|clone|as_str|as_ref|valueOf|unwrap)$/;

function named(code: Code, at: number, name: string, sink: Sink): void {
  sink({ rule: 'code.logger.named-secret', at: tokenAt(code, at).at, seen: `${shown(name)} is logged` });
}

/** `user["password"]`, `user[:password]`: the name in the brackets. */
function subscript(code: Code, end: number): string | undefined {
  if (textAt(code, end + 1) !== '[') return undefined;
  if (isString(code, end + 2) && textAt(code, end + 3) === ']') return tokenAt(code, end + 2).text;
  return textAt(code, end + 2) === ':' && textAt(code, end + 4) === ']' ? textAt(code, end + 3) : '';
}

function logged(code: Code, at: number, seen: string, sink: Sink): void {
  sink({ rule: 'code.logger.secret', at: tokenAt(code, at).at, seen: `${seen} is logged` });
}

const LINKS = /^(?:\.|\?\.|->|::|&\.)$/;

/** The index of the last word of the chain that begins here; subscripts by name are passed. */
function chainEnd(code: Code, from: number): number {
  let at = from;
  for (let step = 0; step < 16; step++) {
    if (!LINKS.test(textAt(code, at + 1)) || tokenAt(code, at + 2).kind !== 'word') return at;
    at += 2;
  }
  return at;
}

function chainNames(code: Code, from: number, end: number): readonly string[] {
  const names: string[] = [];
  for (let at = from; at <= end; at++) if (tokenAt(code, at).kind === 'word') names.push(tokenAt(code, at).text);
  return names;
}

/** The value is compared, negated or asked for its type; or the word is a key, not a value. */
function isQuestion(code: Code, from: number, end: number): boolean {
  const before = textAt(code, from - 1);
  const after = textAt(code, end + 1);
  if (/^(?:typeof|!|instanceof|not|in|void|new|delete|len|===?|!==?)$/.test(before)) return true;
  if (/^(?:===?|!==?|\?|:|=|=>|instanceof|in|is|<|>|<=|>=)$/.test(after)) {
    // `a ? token : b` and `${x:>10}`: what stands before the colon is a value
    if (after === ':') return before !== '?' && !(before === '${' && code.language === 'python');
    // Python's `{token=}` and C# formats print the value
    if (after === '=') return !(before === '${' && textAt(code, end + 2) === '}');
    return true;
  }
  return before === '.' || LINKS.test(before);
}

/** `process.env`, `os.environ`, `ENV`, `System.getenv()` and the like as a whole. */
function environmentAt(code: Code, at: number): boolean {
  const { text } = tokenAt(code, at);
  const next = textAt(code, at + 1);
  const whole = (end: number): boolean => !/^(?:\.|\[|\?\.|->|::)$/.test(textAt(code, end + 1));
  switch (text) {
    case 'process':
      return code.language === 'js' && textAt(code, at + 2) === 'env' && /^\??\.$/.test(next) && whole(at + 2);
    case 'os':
      if (code.language === 'go') return textAt(code, at + 2) === 'Environ' && textAt(code, at + 3) === '(';
      return (
        code.language === 'python' &&
        textAt(code, at + 2) === 'environ' &&
        (whole(at + 2) || /^(?:items|copy)$/.test(textAt(code, at + 4)))
      );
    case 'environ':
      return code.language === 'python' && textAt(code, at - 1) !== '.' && whole(at);
    case 'ENV':
      return code.language === 'ruby' && (whole(at) || /^(?:to_h|inspect|to_hash|to_a)$/.test(textAt(code, at + 2)));
    case '$_ENV':
    case '$_SERVER':
      return code.language === 'php' && whole(at);
    case 'System':
      return (
        /^(?:java|kotlin)$/.test(code.language) &&
        textAt(code, at + 2) === 'getenv' &&
        textAt(code, at + 3) === '(' &&
        textAt(code, at + 4) === ')' &&
        whole(at + 4)
      );
    case 'Environment':
      return code.language === 'csharp' && textAt(code, at + 2) === 'GetEnvironmentVariables';
    default:
      return false;
  }
}

/** `process.env.API_KEY`, `os.environ["DB_PASSWORD"]`, `os.Getenv("X")`, `ENV['X']`, with X a secret's name. */
function readsSecretVariable(code: Code, from: number, end: number, call: number | undefined): boolean {
  const names = chainNames(code, from, end);
  const last = names.at(-1) ?? '';
  if (names[0] === 'process' && names[1] === 'env' && names.length === 3 && call === undefined)
    return isSecretName(last);
  const reads =
    (names[0] === 'process' && last === 'env') ||
    /^(?:environ|getenv|Getenv|LookupEnv|ENV|\$_ENV|\$_SERVER|GetEnvironmentVariable|fetch|var|get)$/.test(last);
  if (!reads) return false;
  if (/^(?:get|fetch|var)$/.test(last) && !/^(?:environ|ENV|env)$/.test(names.at(-2) ?? '')) return false;
  const key = call === undefined ? (textAt(code, end + 1) === '[' ? end + 2 : -1) : call + 1;
  return key > 0 && isString(code, key) && isSecretName(tokenAt(code, key).text);
}

/** One step back: the name was assigned from something that is named as a secret. */
function assignedSecret(code: Code, at: number, name: string, sink: Sink): void {
  const from = followed(code, at);
  if (from === at || tokenAt(code, from).kind !== 'word') return;
  const end = chainEnd(code, from);
  const call = callOf(code, end);
  if (readsSecretVariable(code, from, end, call))
    return logged(code, at, `${shown(name)}, a secret of the environment,`, sink);
  if (call !== undefined || /^(?:\?|===?|!==?|&&|\[|\+)$/.test(textAt(code, end + 1))) return;
  const source = chainNames(code, from, end);
  if (/^(?:typeof|await|new|not|function|class|async|lambda)$/.test(source[0] ?? '')) return;
  if (isSecretName(source.at(-1) ?? '') && !isSecretName(name)) {
    logged(code, at, `${shown(name)}, which is ${shown(source.slice(-2).join('.'))},`, sink);
  }
}

function headersOf(code: Code, names: readonly string[], end: number): boolean {
  if (textAt(code, end + 1) === '[') return false;
  const last = names.at(-1) ?? '';
  const owner = names.at(-2) ?? '';
  if (last === 'config') return code.language === 'js' && /^(?:err|error|e|axiosError|response|res)$/.test(owner);
  if (last === 'Header') return code.language === 'go' && /^(?:r|req|request)$/i.test(owner);
  if (last === 'META') return code.language === 'python' && owner === 'request';
  if (last !== 'headers' && last !== 'rawHeaders') return false;
  if (/^(?:req|request|event|config|ctx|self|err|error)$/.test(owner)) return true;
  return owner === '' ? false : wordsOf(owner).some((word) => word === 'request' || word === 'req');
}
