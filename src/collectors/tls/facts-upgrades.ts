/** Facts about the way into TLS: injected commands, TLS without an upgrade, what RDP selects, whether anybody gets this far. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { boolean, oneOf, type Schema, string } from '../../model/schema.ts';
import type { Protocol } from '../../model/target.ts';
import type { Outcome } from '../../wire/starttls/dialogue.ts';
import { injectionFor } from '../../wire/starttls/injection.ts';
import type { Area, Seen } from './facts-questions.ts';
import { attemptOf } from './facts-suites.ts';
import { partly } from './partly.ts';
import { DIRECT } from './upgrades.ts';
import { isProbed, saysNo, verdictOf } from './versions.ts';

export const upgradeSchemas: { readonly [fact: string]: Schema } = {
  injection: partly(
    { answered: boolean({ description: 'a command sent in the clear behind STARTTLS is answered inside TLS' }) },
    { description: 'absent: TLS is not started by a line of text here' },
  ),
  directTls: partly(
    { offered: boolean({ description: 'TLS from the first byte, by the name of the protocol in ALPN' }) },
    { description: 'of PostgreSQL and SQL Server' },
  ),
  rdp: partly({ security: oneOf('standard', 'tls', 'nla', 'rdstls'), refusal: string() }),
  reach: partly(
    { reached: boolean({ description: 'a connection can be made from where this runs' }) },
    { description: 'absent: the user does not say that it must not' },
  ),
};

/** What the user, or the policy of the domain, says of this endpoint. */
export const policySchema = partly({
  clientCertificate: boolean({ description: 'the user says that client certificates are required' }),
  intrusive: boolean({ description: 'active probes were permitted' }),
  private: boolean({ description: 'the user says that nobody from outside gets here' }),
  mtaSts: oneOf('enforce', 'testing', 'none'),
});

type Truth = boolean | FaultCode;

function known(value: Truth): Json {
  return typeof value === 'boolean' ? value : unknown(value);
}

function injected(item: Json | undefined, protocol: Protocol): Truth {
  if (own(item, 'refused') === true) return false;
  const inside = own(item, 'inside');
  if (typeof inside !== 'string') return faultIn(item) ?? 'evidence.missing';
  const bytes = Buffer.from(inside, 'base64');
  // without even the answer to the last words nothing was said about the others
  if (bytes.length === 0) return 'net.closed';
  return injectionFor(protocol)?.answered(bytes) === true;
}

function directly(item: Json | undefined, lossless: boolean): Truth {
  const version = own(item, 'version');
  const attempt = attemptOf(item);
  if (attempt === undefined || !isProbed(version)) return faultIn(item) ?? 'evidence.missing';
  const verdict = verdictOf(attempt, version);
  if (verdict === 'accepted') return true;
  if (saysNo(verdict, true, lossless)) return false;
  return isFaultCode(verdict) ? verdict : 'net.closed';
}

const SECURITIES: readonly string[] = ['standard', 'tls', 'nla', 'rdstls'];

function rdpFacts(outcome: Outcome | FaultCode | undefined): Json {
  if (outcome === undefined) return unknown('evidence.missing');
  if (typeof outcome === 'string') return unknown(outcome);
  const { greeting = '' } = outcome;
  if (SECURITIES.includes(greeting)) return { security: greeting };
  return { security: unknown('tls.unclear'), ...(greeting !== '' && { refusal: greeting }) };
}

/** `upgrade`: the dialogue before TLS as it was replayed. */
export function upgradeFacts(seen: Seen, protocol: Protocol, upgrade: Outcome | FaultCode | undefined): Area {
  const { raw, lossless } = seen;
  const facts: { [name: string]: Json } = {};
  const at: { [place: string]: string } = {};
  const note = (fact: string, value: Json): void => {
    facts[fact] = value;
    if (own(raw, fact) !== undefined) at[pointer(fact)] = pointer(fact);
  };
  const ready = typeof upgrade === 'object' && upgrade.ready;
  if (ready && injectionFor(protocol) !== undefined)
    note('injection', { answered: known(injected(own(raw, 'injection'), protocol)) });
  if (ready && DIRECT[protocol] !== undefined)
    note('directTls', { offered: known(directly(own(raw, 'directTls'), lossless)) });
  if (protocol === 'rdp') {
    facts['rdp'] = rdpFacts(upgrade);
    if (own(raw, 'upgrade') !== undefined) at['/rdp'] = pointer('upgrade');
  }
  if (own(own(raw, 'policy'), 'private') === true) note('reach', { reached: known(reached(own(raw, 'reach'))) });
  return { facts: facts satisfies JsonObject, at };
}

function reached(item: Json | undefined): Truth {
  if (item === 'reached') return true;
  const fault = faultIn(item);
  return fault === 'net.refused' ? false : (fault ?? 'evidence.missing');
}
