/** Load balancers: which TLS versions their listeners speak, whether plain HTTP redirects, whence their certificates are. */
import type { ElasticLoadBalancingV2ClientConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { faultIn, partialList, unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { list, object, string, type Schema } from '../../../model/schema.ts';
import { askAll, each, pick } from '../call.ts';
import type { CallTable } from '../call-table.ts';
import { pointInto, wholeItems, whyNotWhole, type At } from '../lists.ts';
import type { Observation } from '../observe-context.ts';
import { asText, asTexts, facts, isUnknownFact, may, must } from '../read.ts';

const LIST = ['elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeListeners'];

export const ELB_CALLS: CallTable = {
  at: 'elb.listeners',
  base: LIST,
  other: [],
  facts: {
    versions: ['elasticloadbalancing:DescribeSSLPolicies'],
    forwards: ['elasticloadbalancing:DescribeRules'],
    foreignCertificates: ['elasticloadbalancing:DescribeListenerCertificates'],
  },
};

function keepAction(item: Json): JsonObject {
  return { ...pick(item, ['Type']), RedirectConfig: pick(own(item, 'RedirectConfig'), ['Protocol', 'StatusCode']) };
}

const actions = (value: Json | undefined): Json => (isArray(value) ? value.map(keepAction) : null);

export async function observeElb(observation: Observation): Promise<JsonObject> {
  const { calls, region, config } = observation;
  if (!LIST.some((call) => calls.has(call))) return {};
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
  const client = new sdk.ElasticLoadBalancingV2Client(config as unknown as ElasticLoadBalancingV2ClientConfig);
  const asked = (operation: string) => ({ action: `elasticloadbalancing:${operation}`, region });
  const paging = (items: string) => ({ items, next: 'NextMarker', mayLack: true });

  const balancers = await askAll(
    asked('DescribeLoadBalancers'),
    paging('LoadBalancers'),
    (Marker) => client.send(new sdk.DescribeLoadBalancersCommand({ Marker })),
    (item) => pick(item, ['LoadBalancerArn', 'Scheme', 'Type']),
  );
  const listeners = await each(balancers.items, 8, async (balancer): Promise<JsonObject> => {
    const arn = own(balancer, 'LoadBalancerArn');
    const found = await askAll(
      asked('DescribeListeners'),
      paging('Listeners'),
      (Marker) =>
        client.send(
          new sdk.DescribeListenersCommand({ LoadBalancerArn: typeof arn === 'string' ? arn : undefined, Marker }),
        ),
      (item) => ({
        ...pick(item, ['ListenerArn', 'Port', 'Protocol', 'SslPolicy']),
        DefaultActions: actions(own(item, 'DefaultActions')),
        Type: own(balancer, 'Type') ?? null,
        Scheme: own(balancer, 'Scheme') ?? null,
      }),
    );
    const detailed = await each(found.items, 8, async (listener): Promise<Json> => {
      const listenerArn = own(listener, 'ListenerArn');
      const protocol = own(listener, 'Protocol');
      const name = typeof listenerArn === 'string' ? listenerArn : undefined;
      const rules = protocol === 'HTTP' && calls.has('elasticloadbalancing:DescribeRules');
      const tls =
        (protocol === 'HTTPS' || protocol === 'TLS') && calls.has('elasticloadbalancing:DescribeListenerCertificates');
      return {
        ...(listener as JsonObject),
        ...(rules && {
          rules: await askAll(
            asked('DescribeRules'),
            paging('Rules'),
            (Marker) => client.send(new sdk.DescribeRulesCommand({ ListenerArn: name, Marker })),
            (item) => ({
              ...pick(item, ['RuleArn']),
              Actions: actions(own(item, 'Actions')),
            }),
          ),
        }),
        ...(tls && {
          certificates: await askAll(
            asked('DescribeListenerCertificates'),
            paging('Certificates'),
            (Marker) => client.send(new sdk.DescribeListenerCertificatesCommand({ ListenerArn: name, Marker })),
            (item) => pick(item, ['CertificateArn']),
          ),
        }),
      };
    });
    return { ...found, items: detailed };
  });
  const needsPolicies =
    calls.has('elasticloadbalancing:DescribeSSLPolicies') &&
    listeners.some(({ items }) => isArray(items) && items.length > 0);
  const policies = needsPolicies
    ? await askAll(
        asked('DescribeSSLPolicies'),
        paging('SslPolicies'),
        (Marker) => client.send(new sdk.DescribeSSLPoliciesCommand({ Marker })),
        (item) => pick(item, ['Name', 'SslProtocols']),
      )
    : undefined;
  return {
    DescribeLoadBalancers: balancers,
    DescribeListeners: listeners,
    ...(policies === undefined ? {} : { DescribeSSLPolicies: policies }),
  };
}

/** The TLS versions of a policy, by what the service says of it: names have no order. */
function versionsOf(policy: Json | undefined, policies: Json | undefined): Json | undefined {
  if (policy === undefined || isUnknownFact(policy)) return policy;
  const items = own(policies, 'items');
  const found = (isArray(items) ? items : []).find((item) => own(item, 'Name') === policy);
  if (found !== undefined) return must(found, 'SslProtocols', asTexts);
  return wholeItems(policies) === undefined ? whyNotWhole(policies) : unknown('aws.bad-response');
}

/** Whether one list of actions sends the visitor on to HTTPS. */
function redirects(value: Json | undefined): boolean | undefined {
  if (!isArray(value)) return undefined;
  return value.some(
    (action) => own(action, 'Type') === 'redirect' && own(own(action, 'RedirectConfig'), 'Protocol') === 'HTTPS',
  );
}

/** What still answers over plain HTTP: the default action, or rules that forward. */
function forwards(raw: Json): Json {
  const found: string[] = [];
  let code: FaultCode | undefined;
  const byDefault = redirects(own(raw, 'DefaultActions'));
  if (byDefault === undefined) code = faultIn(raw) ?? 'evidence.missing';
  else if (!byDefault) found.push('the default action does not redirect to HTTPS');
  const rules = own(raw, 'rules');
  const items = own(rules, 'items');
  if (!isArray(items)) code ??= faultIn(rules) ?? 'evidence.missing';
  else {
    code ??= faultIn(own(rules, 'rest'));
    for (const [index, rule] of items.entries()) {
      const list = own(rule, 'Actions');
      if (!isArray(list)) code ??= 'evidence.missing';
      else if (list.some((action) => own(action, 'Type') === 'forward'))
        found.push(`rule ${String(index + 1)} forwards`);
    }
  }
  return partialList(found, code);
}

function foreignCertificates(raw: Json): Json {
  const list = own(raw, 'certificates');
  const items = own(list, 'items');
  if (!isArray(items)) return unknown(faultIn(list) ?? 'evidence.missing');
  const found: string[] = [];
  let code = faultIn(own(list, 'rest'));
  for (const item of items) {
    const arn = must(item, 'CertificateArn', asText);
    if (isUnknownFact(arn)) code ??= arn.$unknown;
    else if (arn.split(':')[2] !== 'acm') found.push(arn);
  }
  return partialList(found, code);
}

export function interpretElb(raw: Json | undefined, at: At): Json {
  const balancers = own(raw, 'DescribeLoadBalancers');
  const lists = own(raw, 'DescribeListeners');
  const policies = own(raw, 'DescribeSSLPolicies');
  if (!isArray(own(balancers, 'items')) || !isArray(lists)) {
    if (balancers !== undefined) at['/elb/listeners'] = '/elb/DescribeLoadBalancers';
    return { listeners: unknown(faultIn(balancers) ?? 'evidence.missing') };
  }
  const found: Json[] = [];
  let code = faultIn(own(balancers, 'rest'));
  at['/elb/listeners'] = code === undefined ? '/elb' : '/elb/DescribeLoadBalancers/rest';
  // As many lists as there are load balancers: a lost one is not an empty one
  const balancerCount = (own(balancers, 'items') as readonly Json[]).length;
  if (lists.length !== balancerCount) code ??= 'evidence.missing';
  for (const [index, list] of lists.entries()) {
    const rest = faultIn(own(list, 'rest'));
    const items = own(list, 'items');
    if (rest !== undefined && code === undefined) {
      code = rest;
      at['/elb/listeners'] = `/elb/DescribeListeners/${String(index)}/rest`;
    }
    if (!isArray(items)) code ??= faultIn(list) ?? 'evidence.missing';
    for (const [place, item] of (isArray(items) ? items : []).entries()) {
      const base = `/elb/DescribeListeners/${String(index)}/items/${String(place)}`;
      const fact = `/elb/listeners/${String(found.length)}`;
      at[fact] = base;
      pointInto(at, fact, item, base, { arn: 'ListenerArn', protocol: 'Protocol', type: 'Type', policy: 'SslPolicy' });
      if (own(item, 'rules') !== undefined) at[`${fact}/forwards`] = `${base}/rules`;
      if (own(item, 'certificates') !== undefined) at[`${fact}/foreignCertificates`] = `${base}/certificates`;
      if (policies !== undefined)
        at[`${fact}/versions`] =
          own(policies, 'rest') === undefined ? '/elb/DescribeSSLPolicies' : '/elb/DescribeSSLPolicies/rest';
      found.push(
        facts({
          arn: must(item, 'ListenerArn', asText),
          protocol: must(item, 'Protocol', asText),
          type: must(item, 'Type', asText),
          policy: may(item, 'SslPolicy', asText),
          versions: versionsOf(may(item, 'SslPolicy', asText), policies),
          forwards: forwards(item),
          foreignCertificates: foreignCertificates(item),
        }),
      );
    }
  }
  return { listeners: code !== undefined && found.length === 0 ? unknown(code) : partialList(found, code) };
}

export const elbFacts: Schema = object({
  listeners: list(
    object({
      arn: string(),
      protocol: string(),
      type: string({ description: 'application, network or gateway' }),
      'policy?': string(),
      'versions?': list(string(), { description: 'protocols of the security policy, as the service lists them' }),
      forwards: list(string(), { description: 'what answers plain HTTP without a redirect to HTTPS' }),
      foreignCertificates: list(string(), { description: 'certificates that are not from ACM' }),
    }),
  ),
});
