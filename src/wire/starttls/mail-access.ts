/** STARTTLS of IMAP (RFC 9051 §6.2.1), STLS of POP3 (RFC 2595 §4). */
import { type Dialogue, lines, printable, say, untilLine } from './dialogue.ts';

const tagged = (tag: string) => untilLine((line) => line.startsWith(`${tag} `));

export function* imap(): Dialogue {
  const greeting = lines(yield { whole: untilLine((line) => line.startsWith('* ')) });
  const first = printable(greeting.at(-1) ?? '');
  if (!/^\* (?:OK|PREAUTH)/i.test(first)) return { offered: false, ready: false, greeting: first };
  const features = lines(yield { send: say('a1 CAPABILITY'), whole: tagged('a1') });
  const words = features
    .filter((line) => /^\* CAPABILITY /i.test(line))
    .flatMap((line) => line.toUpperCase().split(/\s+/));
  const offered = words.includes('STARTTLS');
  // RFC 9051 §6.2.3: LOGIN is allowed unless LOGINDISABLED
  const plainLogin = !words.includes('LOGINDISABLED') || words.includes('AUTH=PLAIN') || words.includes('AUTH=LOGIN');
  if (!offered) return { offered, ready: false, plainLogin, greeting: first };
  const answer = lines(yield { send: say('a2 STARTTLS'), whole: tagged('a2') });
  return { offered, ready: /^a2 OK/i.test(answer.at(-1) ?? ''), plainLogin, greeting: first };
}

const single = untilLine((line) => /^[+-]/.test(line));
/** RFC 1939 §3: a positive multi-line reply ends with a line of one dot. */
const multi = untilLine((line) => line === '.' || line.startsWith('-'));

export function* pop3(): Dialogue {
  const first = printable(lines(yield { whole: single })[0] ?? '');
  if (!first.startsWith('+OK')) return { offered: false, ready: false, greeting: first };
  const features = lines(yield { send: say('CAPA'), whole: multi }).map((line) => line.toUpperCase());
  const known = features[0]?.startsWith('+') === true;
  const listed = features.some((line) => /^STLS\b/.test(line));
  const login = features.some((line) => /^USER\b/.test(line) || /^SASL\b.*\b(?:PLAIN|LOGIN)\b/.test(line));
  const plainLogin = known ? { plainLogin: login } : {};
  // A server without CAPA (RFC 2449) may still know STLS
  if (known && !listed) return { offered: false, ready: false, ...plainLogin, greeting: first };
  const answer = lines(yield { send: say('STLS'), whole: single });
  const ready = (answer.at(-1) ?? '').startsWith('+OK');
  return { offered: listed || ready, ready, ...plainLogin, greeting: first };
}
