/** What the operating system and node say when a connection fails, as faults. */
import { FaultError, type FaultCode } from '../../model/fault.ts';

const CODES: { readonly [code: string]: FaultCode } = {
  ECONNREFUSED: 'net.refused',
  ECONNRESET: 'net.reset',
  ECONNABORTED: 'net.reset',
  EPIPE: 'net.reset',
  ETIMEDOUT: 'net.timeout',
  EMFILE: 'net.limit',
  ENFILE: 'net.limit',
  EHOSTUNREACH: 'net.unreachable',
  ENETUNREACH: 'net.unreachable',
  EHOSTDOWN: 'net.unreachable',
  ENETDOWN: 'net.unreachable',
  EADDRNOTAVAIL: 'net.unreachable',
  // A local packet filter answers so
  EACCES: 'net.unreachable',
  EPERM: 'net.unreachable',
};

/** The `code` of a node error, or an empty string. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A FaultError stays what it is; a socket error becomes the `net.*` fault of its code. */
export function netFault(error: unknown, where: string): FaultError {
  if (error instanceof FaultError) return error;
  const code = codeOf(error);
  const fault = CODES[code] ?? 'net.unreachable';
  return new FaultError(fault, `${where}: ${sentenceOf(fault, code)}`, { cause: error });
}

function sentenceOf(fault: FaultCode, code: string): string {
  switch (fault) {
    case 'net.refused':
      return 'the connection was refused';
    case 'net.reset':
      return 'the connection was reset';
    case 'net.timeout':
      return 'no answer in time';
    case 'net.limit':
      return 'this machine has no file descriptor left';
    default:
      return code === '' ? 'the host is unreachable' : `the host is unreachable (${code})`;
  }
}
