/** STARTTLS of SMTP (RFC 3207) and LMTP (RFC 2033). */
import { type Dialogue, lines, printable, reply3, say } from './dialogue.ts';

export function* smtp(hello = 'EHLO probity.invalid'): Dialogue {
  const greeting = lines(yield { whole: reply3 });
  const first = printable(greeting[0] ?? '');
  if (!/^220[ -]/.test(`${first} `))
    return { offered: false, ready: false, greeting: first, foreign: !/^[245]\d\d/.test(first) };
  const features = lines(yield { send: say(hello), whole: reply3 });
  if (!features.every((line) => line.startsWith('250'))) return { offered: false, ready: false, greeting: first };
  const offered = features.some((line) => /^250[ -]STARTTLS\s*$/i.test(line));
  // RFC 8314 §4.1, RFC 4954 §4: AUTH before TLS invites passwords in the clear
  const plainLogin = features.some((line) => /^250[ -]AUTH[ =].*\b(?:PLAIN|LOGIN)\b/i.test(line));
  if (!offered) return { offered, ready: false, plainLogin, greeting: first };
  const answer = lines(yield { send: say('STARTTLS'), whole: reply3 });
  return { offered, ready: (answer.at(-1) ?? '').startsWith('220'), plainLogin, greeting: first };
}
