/** Tells values that only stand for a secret: words such as "example", repetitions, sequences, template syntax. */

/** Words that no random value holds by chance; on values of a fixed form these alone excuse. */
const PLAIN_WORDS = /example|placeholder|changeme|redacted|x{5,}|\*{3,}|\.{3,}|your[_-]|_here\b/i;

/** Words that stand for a value where nothing else of substance is beside them. */
const CONTEXT_WORDS =
  /change|insert|replace|sample|dummy|fake|foobar|foo|bar|baz|todo|secret|password|passwd|passphrase|pass|token|credential|key|api|auth|access|test|demo|admin|user|root|guest|localhost|undefined|null|none|true|false|string|text|value|default|optional|required|enter|with|long|random|generated?|unique|strong|actual|real|your|own|some|this|that|the|here|my|is|me|it|a|an|and|or|of|to|please|generate/gi;

/** What fills in a password or a key in German, French, Spanish, Portuguese, Italian, Dutch, Polish and Turkish settings. */
const FOREIGN_WORDS =
  /passw(?:ort|oord)|kennwort|wachtwoord|mot_?de_?passe|mot-de-passe|contrase(?:na|..a)|senha|haslo|parola|clave|chave|cl(?:e|..)(?=[_-])|chiave|schl(?:ue?|..)ssel|sleutel|klucz|anahtar|jeton|geheim(?:es|nis)?|secreto|segredo|segreto|(?:ae|a|..)ndern|eintragen|eingeben|einf(?:ue|..)gen|ersetzen|rempla(?:ce[rz]?)|changez?|inserez|saisir|cambia(?:me|mi|r)?|reempla(?:za|zar|ce)|inserisci|troque|substituir|insira|vervangen?|invullen|wpisz|buraya/gi;
/** Small words, where they stand by themselves. */
const FOREIGN_PARTICLES =
  /(?<![A-Za-z])(?:bitte|dein[er]?|ihr[e]?|mein[e]?|votre|vos|notre|moi|tua?|su|sua|seu|jouw|hier|ici|aqu?i|qui|la|le|el|il|de|del|di|par|por|per|con|esta|questa|par|un|une|una|vul|in|je|twoje?|tutaj|yazin|iniz|nizi)(?![A-Za-z])|nizi?(?![a-z])/gi;

function withoutWords(value: string): string {
  const rest = value.replaceAll(FOREIGN_WORDS, '');
  return (rest === value ? value : rest.replaceAll(FOREIGN_PARTICLES, '')).replaceAll(CONTEXT_WORDS, '');
}

/** What a value in base64 says, where that is text. */
function inBase64(value: string): string | undefined {
  if (value.length < 8 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const text = Buffer.from(value, 'base64').toString('latin1').trim();
  return /^[\x20-\x7e]{6,}$/.test(text) ? text : undefined;
}

/** What is left beside the words: with three letters or digits less than that nothing was chosen. */
function isMadeOfWords(value: string): boolean {
  return withoutWords(value).replaceAll(/[^0-9A-Za-z]|123(?:4(?:5(?:6(?:78?9?0?)?)?)?)?/g, '').length < 3;
}

/** A place to be filled in, or code that fetches the value from elsewhere. */
const TEMPLATE =
  /[$@]\{|\$\(|\{\{|\}\}|<%|^<[^>]*>$|^%[a-z({]|%s(?![0-9A-Za-z])|%\(\w{1,40}\)|^\$[A-Za-z_]|^@[A-Za-z]|#\{|process\.env|os\.environ|getenv|secretKeyRef|valueFrom|^(?:env|var|data|local|module|secrets|vault|ssm|ref)[.:]|^(?:op|sm|awssm|gcpsm|keyvault|secretsmanager|ref\+[a-z0-9]{1,20}):\/\/|^\[[A-Z _-]+\]$|^\{[A-Za-z_][\w.]*\}$/i;

export function isTemplate(value: string): boolean {
  return TEMPLATE.test(value);
}

/** Shorter rows stand in random values by chance. */
const SHORTEST_ROW = 3;

/** One character repeated, or rows of the alphabet or of digits, for the greater part of the value. */
export function isMonotone(value: string): boolean {
  if (value.length < 6) return false;
  const distinct = new Set(value).size;
  if (distinct <= 2 || (value.length >= 16 && distinct <= 3)) return true;
  let longest = 1;
  let up = 1;
  let same = 1;
  // of a long value: how much of it stands in rows, however short each is (`abc123xyz-456def789`)
  let inRows = 0;
  for (let i = 1; i < value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1);
    up = step === 1 || (value[i] === '0' && value[i - 1] === '9') ? up + 1 : 1;
    same = step === 0 ? same + 1 : 1;
    longest = Math.max(longest, up, same);
    if (up === SHORTEST_ROW || same === SHORTEST_ROW) inRows += SHORTEST_ROW;
    else if (up > SHORTEST_ROW || same > SHORTEST_ROW) inRows++;
  }
  return longest >= Math.max(9, value.length * 0.5) || (value.length >= 16 && inRows > value.length * 0.5);
}

/** `password_enabled`, `session-secret`, `challengePassword`: what is called like a secret, in words alone, is the name of one. */
export function namesItself(value: string): boolean {
  if (/^[a-z]{2,20}(?:[A-Z][a-z]{2,20}){0,4}(?:Password|Passwd|Secret|Token|Key)\d{0,4}$/.test(value)) return true;
  return (
    /^[a-z]{2,20}(?:[_-][a-z]{2,20}){1,5}(?:[_-]\d{1,3})?$/.test(value) &&
    /pass(?:w|$|_|-)|pwd|secret|token|key|auth|cred/.test(value)
  );
}

/** `bearer-access-token-v1`, `com.example.Handler`, `TLS_RSA_SHA256`: words and small numbers in a row name something. */
export function isIdentifier(value: string): boolean {
  if (!/[A-Za-z]{3}/.test(value)) return false;
  const parts = value.split(/[-_./:=]/);
  return parts.length > 1 && parts.every((part) => NAME_PART.test(part));
}

/** A word, capitalised or in capitals, with a digit or two; a number of a version, of an account, of a year. */
const NAME_PART =
  /^(?:[A-Za-z]?[a-z]{1,14}(?:[A-Z][a-z]{2,14}){0,3}\d{0,2}|[A-Z]{1,14}(?:v?\d{1,3})?|[vV]?\d{1,3}|(?:19|20)\d{2}|\d{8,12})$/;

export function isPlaceholder(value: string, fixed: boolean): boolean {
  if (isTemplate(value) || PLAIN_WORDS.test(value)) return true;
  if (fixed) return false;
  if (isMadeOfWords(value)) return true;
  const inside = inBase64(value);
  return inside !== undefined && isMadeOfWords(inside);
}

/** Shannon entropy in bits a character. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / value.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
