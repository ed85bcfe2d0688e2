/** In-protocol upgrades of FTP (RFC 4217), LDAP (RFC 4511 §4.14) and XMPP (RFC 6120 §5). */
import { childrenOf, DerError, readElement } from '../x509/der.ts';
import * as der from '../x509/der-writer.ts';
import { type Ask, type Dialogue, lines, printable, reply3, say, text, untilLine } from './dialogue.ts';

export function* ftp(): Dialogue {
  const first = printable(lines(yield { whole: reply3 })[0] ?? '');
  if (!first.startsWith('220')) return { offered: false, ready: false, greeting: first };
  const features = lines(yield { send: say('FEAT'), whole: reply3 });
  const listed = features.some((line) => /^\s+AUTH\s+(?:[A-Z0-9-]+;)*TLS\b/i.test(line));
  const answer = lines(yield { send: say('AUTH TLS'), whole: reply3 });
  // RFC 4217 §4: 234 is the agreement; FEAT need not list AUTH
  const ready = (answer.at(-1) ?? '').startsWith('234');
  return { offered: listed || ready, ready, greeting: first };
}

const START_TLS = '1.3.6.1.4.1.1466.20037';

/** One BER message of LDAP. */
const oneElement: Ask['whole'] = (received) => {
  try {
    return received.length === 0 ? undefined : readElement(received).next;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    // An overrun means that more is due; a foreign protocol never gets whole and ends by the bound on octets
    return received[0] === 0x30 ? undefined : received.length;
  }
};

export function* ldap(): Dialogue {
  const request = der.sequence(der.integer(1), der.tlv(0x77, der.context(0, false, Buffer.from(START_TLS, 'latin1'))));
  const reply = yield { send: request, whole: oneElement };
  try {
    const operation = childrenOf(readElement(reply).element)[1];
    // RFC 4511 §4.12: ExtendedResponse [APPLICATION 24]; resultCode 0 is success
    if (operation?.tag !== 0x78) return { offered: false, ready: false, foreign: true };
    const ready = childrenOf(operation)[0]?.content[0] === 0;
    return { offered: ready, ready };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { offered: false, ready: false, foreign: true };
  }
}

function untilTag(...ends: readonly string[]): Ask['whole'] {
  return (received) => {
    const all = text(received);
    for (const end of ends) {
      const at = all.indexOf(end);
      if (at >= 0) return at + end.length;
    }
    return undefined;
  };
}

/** The stream header of a client (RFC 6120 §4.2); the name is a host name, so nothing needs escaping. */
export function* xmpp(host: string): Dialogue {
  const to = host.replaceAll(/[^A-Za-z0-9.:-]/g, '');
  const open = `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
  const features = text(
    yield {
      send: Buffer.from(open, 'latin1'),
      whole: untilTag('</stream:features>', '<stream:features/>', '</stream:stream>'),
    },
  );
  const offered = features.includes('<starttls');
  const plainLogin = /<mechanism>\s*PLAIN\s*<\/mechanism>/.test(features);
  if (!offered) return { offered, ready: false, plainLogin, foreign: !features.includes('<stream:stream') };
  const request = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  const answer = text(yield { send: Buffer.from(request, 'latin1'), whole: untilTag('>') });
  return { offered, ready: answer.includes('<proceed'), plainLogin };
}

/** NNTP (RFC 4642 §2.2). */
export function* nntp(): Dialogue {
  const first = printable(lines(yield { whole: reply3 })[0] ?? '');
  if (!/^20[01]/.test(first)) return { offered: false, ready: false, greeting: first };
  const whole = untilLine((line) => line === '.' || /^[45]\d\d/.test(line));
  const features = lines(yield { send: say('CAPABILITIES'), whole });
  const known = (features[0] ?? '').startsWith('101');
  const listed = features.some((line) => /^STARTTLS\b/i.test(line));
  if (known && !listed) return { offered: false, ready: false, greeting: first };
  const answer = lines(yield { send: say('STARTTLS'), whole: reply3 });
  const ready = (answer.at(-1) ?? '').startsWith('382');
  return { offered: listed || ready, ready, greeting: first };
}

const sieveEnd = untilLine((line) => /^(?:OK|NO|BYE)\b/i.test(line));

/** ManageSieve (RFC 5804 §1.7, §2.2). */
export function* sieve(): Dialogue {
  const features = lines(yield { whole: sieveEnd });
  const offered = features.some((line) => /^"STARTTLS"/i.test(line));
  const plainLogin = features.some((line) => /^"SASL"\s.*\b(?:PLAIN|LOGIN)\b/i.test(line));
  const greeting = printable(features.find((line) => /^"IMPLEMENTATION"/i.test(line)) ?? '');
  if (!offered) return { offered, ready: false, plainLogin, greeting };
  const answer = lines(yield { send: say('STARTTLS'), whole: sieveEnd });
  return { offered, ready: /^OK\b/i.test(answer.at(-1) ?? ''), plainLogin, greeting };
}

/** IRC: the tls capability (IRCv3), 670 agrees and 691 refuses. */
export function* irc(): Dialogue {
  const listing = untilLine(
    (line) => /\bCAP\s+\S+\s+LS\s+:/i.test(line) || /\s(?:421|451|410)\s/.test(line) || line.startsWith('ERROR'),
  );
  const features = lines(yield { send: say('CAP LS 302'), whole: listing });
  const listed = features.some((line) => /\bCAP\s+\S+\s+LS\b.*[\s:]tls(?:[\s=]|$)/i.test(line));
  if (!listed) return { offered: false, ready: false };
  const answer = lines(
    yield { send: say('STARTTLS'), whole: untilLine((line) => /\s(?:670|691|421|451)\s/.test(line)) },
  );
  const ready = / 670 /.test(answer.at(-1) ?? '');
  return { offered: true, ready };
}
