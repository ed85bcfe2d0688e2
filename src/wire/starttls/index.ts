/** The dialogue of each protocol that can start TLS inside itself, and its replay over stored replies. */
import type { Protocol } from '../../model/target.ts';
import { mssql, mysql, postgres } from './databases.ts';
import type { Dialogue, Outcome } from './dialogue.ts';
import { imap, pop3 } from './mail-access.ts';
import { ftp, irc, ldap, nntp, sieve, xmpp } from './others.ts';
import { rdp } from './rdp.ts';
import { smtp } from './smtp.ts';

/** Undefined where TLS starts with the first byte, or where the protocol is not known yet. */
export function dialogueFor(protocol: Protocol, host: string): Dialogue | undefined {
  switch (protocol) {
    case 'smtp':
      return smtp();
    case 'imap':
      return imap();
    case 'pop3':
      return pop3();
    case 'ftp':
      return ftp();
    case 'ldap':
      return ldap();
    case 'xmpp':
      return xmpp(host);
    case 'postgres':
      return postgres();
    case 'mysql':
      return mysql();
    case 'mssql':
      return mssql();
    case 'lmtp':
      return smtp('LHLO probity.invalid');
    case 'sieve':
      return sieve();
    case 'nntp':
      return nntp();
    case 'irc':
      return irc();
    case 'rdp':
      return rdp();
    default:
      return undefined;
  }
}

/** The outcome of a dialogue from the replies that were stored; undefined where they end before the dialogue does. */
export function replayDialogue(dialogue: Dialogue, replies: readonly Uint8Array[]): Outcome | undefined {
  let step = dialogue.next();
  for (const reply of replies) {
    if (step.done === true) break;
    step = dialogue.next(reply);
  }
  return step.done === true ? step.value : undefined;
}
