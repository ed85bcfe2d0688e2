/** Terraform: literal credentials, old TLS policies, databases that take connections without TLS. */
import { isString, textAt, tokenAt, type Code } from '../lex/code.ts';
import { shown, type Hit, type Sink } from '../hit.ts';
import { isPlaceholder } from '../names.ts';

interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly at: number;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
}

interface Attribute {
  readonly at: number;
  /** Index of the value's first token, and of the one after its last. */
  readonly from: number;
  readonly to: number;
  /** A plain string, number or boolean; undefined for expressions. */
  readonly literal: string | undefined;
}

/** Blocks inside blocks; deeper ones are not looked into. */
const MAX_DEPTH = 12;

export function terraformRules(code: Code, sink: Sink): void {
  const top = bodyOf(code, 0, code.tokens.length, 0);
  for (const block of top.blocks) {
    const kind = block.labels[0] ?? '';
    if (block.type === 'provider') providerRules(block, sink);
    else if (block.type === 'resource') RESOURCES[kind]?.(block, sink, code);
    if (block.type === 'resource') everyResource(kind, block, sink);
  }
}

function bodyOf(code: Code, from: number, to: number, depth: number): Pick<Block, 'attributes' | 'blocks'> {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  let at = from;
  while (at < to) {
    const token = tokenAt(code, at);
    const next = textAt(code, at + 1);
    if ((token.kind === 'word' || token.kind === 'string') && (next === '=' || (next === ':' && depth > 0))) {
      const end = valueEnd(code, at + 2, to);
      const value = tokenAt(code, at + 2);
      const plain = end === at + 3 && value.kind !== 'mark';
      attributes.set(token.text, { at: value.at, from: at + 2, to: end, literal: plain ? value.text : undefined });
      at = end;
      continue;
    }
    if (token.kind === 'word') {
      let open = at + 1;
      const labels: string[] = [];
      while (
        open < to &&
        labels.length < 4 &&
        (isString(code, open) || tokenAt(code, open).kind === 'word') &&
        !tokenAt(code, open).starts
      )
        labels.push(tokenAt(code, open++).text);
      const close = textAt(code, open) === '{' ? (code.match[open] ?? -1) : -1;
      if (close > 0 && depth < MAX_DEPTH) {
        blocks.push({ type: token.text, labels, at: token.at, ...bodyOf(code, open + 1, close, depth + 1) });
        at = close + 1;
        continue;
      }
    }
    const partner = code.match[at] ?? -1;
    at = partner > at ? partner + 1 : at + 1;
  }
  return { attributes, blocks };
}

function valueEnd(code: Code, from: number, to: number): number {
  let at = from;
  while (at < to) {
    if (at > from && tokenAt(code, at).starts) break;
    if (textAt(code, at) === ',') break;
    const partner = code.match[at] ?? -1;
    at = partner > at ? partner + 1 : at + 1;
  }
  return Math.min(at, to);
}

function literal(block: Block | undefined, name: string): string | undefined {
  return block?.attributes.get(name)?.literal;
}

function put(sink: Sink, rule: Hit['rule'], at: number, seen: string, severity?: Hit['severity']): void {
  sink({ rule, at, seen, ...(severity === undefined ? {} : { severity }) });
}

function secretValue(block: Block, name: string, sink: Sink): void {
  const attribute = block.attributes.get(name);
  const text = attribute?.literal;
  if (attribute === undefined || text === undefined || isPlaceholder(text) || /\$\{/.test(text)) return;
  put(
    sink,
    'code.secret.terraform-aws',
    attribute.at,
    `${shown(block.labels[0] ?? block.type)} with a literal ${name}`,
  );
}

function providerRules(block: Block, sink: Sink): void {
  if (block.labels[0] !== 'aws') return;
  // LocalStack and its like take any key
  if (
    block.blocks.some((inner) => inner.type === 'endpoints') &&
    /^(?:test|mock|fake|local|foo|dummy)/i.test(literal(block, 'access_key') ?? 'test')
  )
    return;
  secretValue(block, 'access_key', sink);
  secretValue(block, 'secret_key', sink);
}

function environmentVariables(block: Block, sink: Sink, code: Code): void {
  const environment = block.blocks.find((inner) => inner.type === 'environment');
  const variables =
    environment?.attributes.get('variables') ?? environment?.blocks.find((inner) => inner.type === 'variables');
  if (variables === undefined) return;
  const inner =
    'attributes' in variables
      ? variables
      : { type: '', labels: block.labels, at: variables.at, ...bodyOf(code, variables.from + 1, variables.to - 1, 3) };
  const labelled: Block = { ...inner, labels: block.labels };
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) secretValue(labelled, name, sink);
}

function databasePassword(block: Block, sink: Sink): void {
  for (const name of ['password', 'master_password']) secretValue(block, name, sink);
}

/** TLS 1.2 and newer by the names of AWS's policies. */
const GOOD_POLICY = /TLS13-1-[23]|TLS-1-2|FS-1-2|TLSv1\.[23]/;
const OLD = 'code.tls.old-policy-terraform' as const;

function listener(block: Block, sink: Sink): void {
  const protocol = literal(block, 'protocol')?.toUpperCase();
  if (protocol === 'HTTP') {
    const actions = block.blocks.filter((inner) => inner.type === 'default_action');
    const redirects = actions.some(
      (action) => literal(action, 'type') === 'redirect' || action.blocks.some((inner) => inner.type === 'redirect'),
    );
    const dynamic = block.blocks.some((inner) => inner.type === 'dynamic');
    if (!redirects && !dynamic)
      put(sink, OLD, block.attributes.get('protocol')?.at ?? block.at, 'an HTTP listener that does not redirect');
    return;
  }
  if (protocol !== 'HTTPS' && protocol !== 'TLS') return;
  const policy = block.attributes.get('ssl_policy');
  if (policy === undefined) put(sink, OLD, block.at, `a listener for ${protocol} without ssl_policy`);
  else if (policy.literal !== undefined && !GOOD_POLICY.test(policy.literal))
    put(sink, OLD, policy.at, `ssl_policy ${shown(policy.literal)}`);
}

function apiDomain(block: Block, sink: Sink): void {
  const one = [block, ...block.blocks].find((part) => part.attributes.has('security_policy'));
  const policy = one?.attributes.get('security_policy');
  if (policy?.literal === 'TLS_1_0') put(sink, OLD, policy.at, 'security_policy TLS_1_0');
}

function distribution(block: Block, sink: Sink): void {
  for (const inner of block.blocks) {
    if (inner.type === 'viewer_certificate') {
      const least = inner.attributes.get('minimum_protocol_version');
      const custom = inner.attributes.has('acm_certificate_arn') || inner.attributes.has('iam_certificate_id');
      if (least === undefined) {
        if (custom) put(sink, OLD, inner.at, 'viewer_certificate without minimum_protocol_version');
      } else if (least.literal !== undefined && !/^TLSv1\.[23]_/.test(least.literal))
        put(sink, OLD, least.at, `minimum_protocol_version ${shown(least.literal)}`);
    }
    const viewer = inner.type.endsWith('_cache_behavior') ? inner.attributes.get('viewer_protocol_policy') : undefined;
    if (viewer?.literal === 'allow-all') put(sink, OLD, viewer.at, 'viewer_protocol_policy allow-all');
  }
}

function searchDomain(block: Block, sink: Sink): void {
  for (const inner of block.blocks.filter((one) => one.type === 'domain_endpoint_options')) {
    const policy = inner.attributes.get('tls_security_policy');
    if (policy?.literal !== undefined && /Min-TLS-1-0/.test(policy.literal))
      put(sink, OLD, policy.at, `tls_security_policy ${shown(policy.literal)}`);
    const enforced = inner.attributes.get('enforce_https');
    if (enforced?.literal === 'false') put(sink, OLD, enforced.at, 'enforce_https is false');
  }
}

const OPTIONAL = 'code.db.tls-optional-terraform' as const;

function redshiftParameters(block: Block, sink: Sink): void {
  const parameters = block.blocks.filter((inner) => inner.type === 'parameter');
  const ssl = parameters.find((inner) => literal(inner, 'name') === 'require_ssl');
  const value = ssl?.attributes.get('value');
  if (value !== undefined) {
    if (/^(?:false|0|off)$/i.test(value.literal ?? '')) put(sink, OPTIONAL, value.at, 'require_ssl is false');
  } else if (
    ssl === undefined &&
    literal(block, 'family') === 'redshift-1.0' &&
    !block.blocks.some((inner) => inner.type === 'dynamic')
  ) {
    put(sink, OPTIONAL, block.at, 'a redshift-1.0 parameter group without require_ssl');
  }
}

function cloudSql(block: Block, sink: Sink): void {
  for (const settings of block.blocks.filter((inner) => inner.type === 'settings')) {
    for (const ip of settings.blocks.filter((inner) => inner.type === 'ip_configuration')) {
      const required = ip.attributes.get('require_ssl');
      const mode = ip.attributes.get('ssl_mode');
      if (mode?.literal === 'ALLOW_UNENCRYPTED_AND_ENCRYPTED')
        put(sink, OPTIONAL, mode.at, 'ssl_mode allows connections in the clear');
      else if (required?.literal === 'false' && mode === undefined)
        put(sink, OPTIONAL, required.at, 'require_ssl is false');
    }
  }
}

function azureServer(block: Block, sink: Sink): void {
  const enforced = block.attributes.get('ssl_enforcement_enabled') ?? block.attributes.get('ssl_enforcement');
  if (enforced !== undefined && /^(?:false|Disabled)$/.test(enforced.literal ?? ''))
    put(sink, OPTIONAL, enforced.at, 'ssl_enforcement_enabled is false');
  const least = block.attributes.get('ssl_minimal_tls_version_enforced') ?? block.attributes.get('minimum_tls_version');
  if (least?.literal !== undefined && /^(?:TLS1_[01]|TLSEnforcementDisabled|1\.[01])$/.test(least.literal))
    put(sink, OPTIONAL, least.at, `minimal TLS version ${shown(least.literal)}`);
}

function rdsParameters(block: Block, sink: Sink): void {
  for (const inner of block.blocks.filter((one) => one.type === 'parameter')) {
    const name = literal(inner, 'name');
    const value = inner.attributes.get('value');
    const text = value?.literal ?? '';
    if (value === undefined) continue;
    if (name === 'rds.force_ssl' && /^(?:0|off|false)$/i.test(text))
      put(sink, OPTIONAL, value.at, 'rds.force_ssl is 0');
    if (name === 'require_secure_transport' && /^(?:0|off|false)$/i.test(text))
      put(sink, OPTIONAL, value.at, 'require_secure_transport is OFF');
  }
}

function everyResource(kind: string, block: Block, sink: Sink): void {
  if (!/^aws_(?:db_instance|rds_cluster|redshift_cluster|docdb_cluster|neptune_cluster)$/.test(kind)) return;
  const stored = block.attributes.get('storage_encrypted') ?? block.attributes.get('encrypted');
  if (stored?.literal === 'false') put(sink, OPTIONAL, stored.at, 'storage_encrypted is false', 'low');
}

type ResourceRule = (block: Block, sink: Sink, code: Code) => void;

const RESOURCES: { readonly [kind: string]: ResourceRule | undefined } = {
  aws_lambda_function: environmentVariables,
  aws_db_instance: databasePassword,
  aws_rds_cluster: databasePassword,
  aws_lb_listener: listener,
  aws_alb_listener: listener,
  aws_api_gateway_domain_name: apiDomain,
  aws_apigatewayv2_domain_name: apiDomain,
  aws_cloudfront_distribution: distribution,
  aws_elasticsearch_domain: searchDomain,
  aws_opensearch_domain: searchDomain,
  aws_redshift_parameter_group: redshiftParameters,
  google_sql_database_instance: cloudSql,
  azurerm_postgresql_server: azureServer,
  azurerm_mysql_server: azureServer,
  azurerm_mariadb_server: azureServer,
  azurerm_mssql_server: azureServer,
  aws_db_parameter_group: rdsParameters,
  aws_rds_cluster_parameter_group: rdsParameters,
};
