/** Takes out of addresses what must not be kept: names and passwords, queries, control characters; and bounds their length. */

const MAX_TEXT = 500;

export function cleanText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return text
    .slice(0, MAX_TEXT)
    .replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    .toWellFormed();
}

/** `git` as the user of an SSH address is no secret; every other user part may be a token. */
export function cleanAddress(text: string): string {
  const short = cleanText(text);
  const masked = short.replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)(?!git@)[^/#?]*@/i, '$1…@');
  return masked.replace(/\?[^#]*/, (query) => (query === '?' ? query : '?…'));
}

export interface Address {
  readonly scheme: string;
  readonly host: string;
}

/** Scheme and host of an address; undefined where it is none. */
export function addressOf(text: string): Address | undefined {
  const found = /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^/@]*@)?(\[[0-9a-f:.]+\]|[^/:?#]+)/i.exec(text);
  return found === null ? undefined : { scheme: (found[1] ?? '').toLowerCase(), host: (found[2] ?? '').toLowerCase() };
}

export function isLocalHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal|.+\.(?:local|localhost|test|internal))$/.test(
    host,
  );
}
