/** In-protocol upgrades of FTP (RFC 4217), LDAP (RFC 4511 §4.14) and XMPP (RFC 6120 §5). */
import { childrenOf, DerError, readElement } from '../x509/der.ts';
import * as der from '../x509/der-writer.ts';
import { type Ask, type Dialogue, lines, printable, reply3, say, text } from './dialogue.ts';

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
