/** security.txt facts (RFC 9116): where it is, how it is served, and every field with its line. */
import { unknown } from '../../model/facts.ts';
import { type Json, own } from '../../model/json.ts';
import { asciiLower } from '../../wire/http/chars.ts';
import { linesOf, parseMediaType } from '../../wire/http/fields.ts';
import type { Field } from '../../wire/http/security-txt.ts';
import { contactDefect, isLanguageList, schemeOf, uriDefect } from '../../wire/http/security-txt-values.ts';
import { parseRfc3339 } from '../../wire/http/time.ts';
import { keyFacts, signatureFact } from './facts-keys.ts';
import { isDead } from './facts-links.ts';
import { type Found, findSecurityTxt, type Search } from './sectxt-find.ts';
import { type Area, bodyText, instant, present, shown, unknownArea, type View } from './view.ts';

/** Lists that are there, and empty, where there is no file: the rules about lines then have nothing to judge. */
const NO_FILE = { present: false, contacts: [], expires: [], languages: [], links: [], keys: [] };
/** Links that a reader follows; keys and metadata have rules of their own. */
const FOLLOWED = new Set(['policy', 'acknowledgments', 'hiring']);
const LINKS = new Set(['acknowledgments', 'canonical', 'encryption', 'hiring', 'policy', 'csaf']);

export function sectxtFacts(view: View): Area {
  if (own(view.raw, 'sectxt') === undefined) return unknownArea(['sectxt'], 'evidence.missing', '');
  const search = findSecurityTxt(view);
  const at = '/sectxt';
  if (search.best.is === 'unknown') return unknownArea(['sectxt'], search.best.code, at);
  if (search.best.is === 'none') return { facts: { sectxt: NO_FILE }, at: { '/sectxt': at } };
  return {
    facts: { sectxt: fileFacts(view, search, search.best) },
    at: {
      '/sectxt': search.best.last.at,
      '/sectxt/contentType': `${search.best.last.at}/headers`,
      '/sectxt/wellKnown': at,
      '/sectxt/secure': at,
    },
  };
}

function fileFacts(view: View, search: Search, file: Found): Json {
  const { parsed, last, chain } = file;
  const named = (name: string): readonly Field[] => parsed.fields.filter((field) => field.name === name);
  const line = (number: number): string => `${last.url}:${String(number)}`;
  const expires = named('expires').map(({ value, line: number }) =>
    present({ at: line(number), value: shown(value), instant: instant(parseRfc3339(value)) }),
  );
  const canonical = named('canonical').map(({ value }) => value);
  const ends = [chain.hops[0]?.url, last.url].map(canonicalUrl);
  const type = linesOf(last.headers, 'content-type')[0];
  const media = type === undefined ? undefined : parseMediaType(type);
  const fetched = chain.hops.filter((hop) => hop.is === 'response');
  const links = own(own(view.raw, 'sectxt'), 'links');
  const tls = fetched.filter(({ scheme }) => scheme === 'https');
  return present({
    present: true,
    url: last.url,
    wellKnown: file.place === 'well-known' || file.place === 'plain' ? true : knownNone(search, 'well-known'),
    secure:
      file.place === 'plain' ? knownNone(search, 'well-known') : fetched.every(({ scheme }) => scheme === 'https'),
    trusted: tls.length === 0 ? undefined : tls.every(({ authorized }) => authorized === true),
    offHost: last.host !== view.site.host,
    contentType: media?.essence ?? (type === undefined ? undefined : shown(asciiLower(type))),
    charset: media?.charset === undefined ? undefined : shown(media.charset),
    utf8: file.utf8,
    nul: bodyText(last)?.includes('\0') ?? false,
    bom: parsed.bom,
    bytes: last.body.bytes,
    contacts: named('contact').map(({ value, line: number }) =>
      present({
        at: line(number),
        value: shown(value),
        scheme: schemeOf(value),
        defect: contactDefect(value),
        dead: contactDefect(value) === undefined ? isDead(links, value, schemeOf(value)) : undefined,
      }),
    ),
    expires,
    expiresAt: expires.map((item) => item['instant']).find((item) => item !== undefined),
    languages: named('preferred-languages').map(({ value, line: number }) => ({
      at: line(number),
      value: shown(value),
      valid: isLanguageList(value),
    })),
    links: parsed.fields
      .filter(({ name }) => LINKS.has(name))
      .map(({ name, value, line: number }) =>
        present({
          at: line(number),
          field: name,
          value: shown(value),
          scheme: schemeOf(value),
          defect: uriDefect(value),
          dead:
            FOLLOWED.has(name) && uriDefect(value) === undefined ? isDead(links, value, schemeOf(value)) : undefined,
        }),
      ),
    canonical: canonical.map(shown),
    canonicalMatches: canonical.some((value) => ends.includes(canonicalUrl(value))),
    lineDefects: parsed.lineDefects.map(({ kind, line: number, text }) => ({ line: number, kind, text })),
    endingDefects: parsed.endingDefects.map(({ kind, line: number }) => ({ line: number, kind })),
    unknownFields: parsed.unknownFields.map(({ name, line: number, near }) =>
      present({ line: number, name: shown(name), near }),
    ),
    keys: keyFacts(links, parsed.fields, line),
    signatureValid: signatureFact(links, own(own(view.raw, 'sectxt'), 'key'), parsed),
    signed: parsed.signed,
    signatureDefects: parsed.signatureDefects.map(({ kind, line: number }) => ({ line: number, kind })),
  });
}

/** False where that place is known to hold no file, unknown where it could not be asked. */
function knownNone(search: Search, place: 'well-known'): Json {
  const finding = search.byPlace[place];
  return finding.is === 'unknown' ? unknown(finding.code) : finding.is === 'file';
}

function canonicalUrl(text: string | undefined): string | undefined {
  return text === undefined ? undefined : URL.parse(text)?.href;
}
