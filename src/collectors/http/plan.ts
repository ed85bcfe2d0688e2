/** Which questions the chosen checks need: nothing else is asked of a site. */
import type { PlanContext } from '../../model/collector.ts';
import type { JobOptions } from '../../model/io.ts';
import { own } from '../../model/json.ts';
import type { Target } from '../../model/target.ts';

/** Questions beyond the two chains, each with the facts that come from it. */
const PARTS: readonly { readonly part: string; readonly facts: readonly string[] }[] = [
  { part: 'sectxt', facts: ['sectxt', 'hstsElsewhere', 'wellKnown'] },
  { part: 'sectxtLinks', facts: ['sectxt.contacts.dead', 'sectxt.links.dead', 'sectxt.keys', 'sectxt.signatureValid'] },
  { part: 'again', facts: ['csp.noncesReused', 'cors'] },
  { part: 'addresses', facts: ['hstsElsewhere'] },
  { part: 'head', facts: ['head'] },
  { part: 'cors', facts: ['cors'] },
  {
    part: 'wellKnown',
    facts: ['wellKnown.changePassword', 'wellKnown.mtaStsHere', 'wellKnown.openid', 'wellKnown.gpc', 'wellKnown.dnt'],
  },
  { part: 'query', facts: ['queryLeak'] },
  { part: 'preload', facts: ['preload.listed', 'preload.entry'] },
  { part: 'www', facts: ['preload.issues'] },
  { part: 'parents', facts: ['parents'] },
];

export function plan(_target: Target, context: PlanContext): JobOptions {
  const wants = (fact: string): boolean => context.paths.some((path) => path === fact || path.startsWith(`${fact}.`));
  const parts = PARTS.filter(({ facts }) => facts.some(wants)).map(({ part }) => part);
  if (own(context.switches, 'intrusive') === true && wants('intrusive')) parts.push('intrusive');
  // the digest of the list is part of the job: another list is another question
  const list = parts.includes('preload') ? context.dataDigest('hsts-preload') : undefined;
  const psl = ['cookies', 'preload', 'parents'].some(wants) ? context.dataDigest('psl') : undefined;
  const key = parts.includes('sectxtLinks') ? context.dataDigest('openpgp-key') : undefined;
  const logout = own(own(context.options, 'http'), 'logout');
  return {
    parts,
    ...(key === undefined ? {} : { key }),
    ...(typeof logout === 'string' ? { logout } : {}),
    ...(list === undefined ? {} : { preloadList: list }),
    ...(psl === undefined ? {} : { psl }),
  };
}
