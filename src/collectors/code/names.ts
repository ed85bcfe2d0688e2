/** Which names speak of a secret (facts/code §3.1), by the words that a name is made of. */

/** Last words of a name; of two words where one alone says nothing. */
const LAST = new Set(
  'password passwd pwd passphrase secret token apikey credential credentials authorization cookie jwt bearer otp ssn cvv dsn'.split(
    ' ',
  ),
);
const LAST_TWO = new Set([
  'api key',
  'access key',
  'private key',
  'session id',
  'user pin',
  'card pin',
  'connection string',
  'signing key',
  'encryption key',
  'token id',
]);
/** A name that begins so asks or counts; it holds no secret. */
const ASKS =
  /^(?:has|is|no|num|max|min|should|can|missing|invalid|valid|needs?|requires?|without|total|show|hide|use|uses)$/;

/** `accessToken_v` → access, token, v. At most the last eight words of a bounded name. */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(-120)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .slice(-8);
}

/** Whether a name's last word or words are those of a secret. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined || (words.length > 1 && ASKS.test(words[0] ?? ''))) return false;
  if (LAST.has(last)) return true;
  return words.length > 1 && LAST_TWO.has(`${words.at(-2) ?? ''} ${last}`);
}

const PLACEHOLDERS =
  /^(?:change[-_ ]?(?:me|it|this)?|placeholder|example|sample|dummy|fake|todo|fixme|none|null|undefined|true|false|redacted|your[-_ ].*|my[-_ ]?(?:secret|password|token|key)[-_ ]?here|insert[-_ ].*|replace[-_ ].*|put[-_ ].*|enter[-_ ].*|set[-_ ]?me|to[-_ ]?be[-_ ].*|not[-_ ]?(?:set|used|a[-_ ]real).*|x{3,}|\*{3,}|\.{3,}|-+|0+|n\/a|test|.*(?:change[-_]?me|replace[-_]?me|placeholder|redacted).*)$/i;

/** Whether a value is a reference, a template or a word that stands for one to come; empty values too. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  if (text === '' || PLACEHOLDERS.test(text.slice(0, 200))) return true;
  return /[\ue000]|\$\{|\{\{|\$\(|<%|^\$[A-Za-z_]|^%[A-Za-z_]+%$|^<[^>]*>$|^\[[^\]]*\]$|^(?:ref\+|vault:|ENC\[|AWS::|arn:aws:|op:\/\/|sops:|secretsmanager:|!)/.test(
    text.slice(0, 2000),
  );
}
