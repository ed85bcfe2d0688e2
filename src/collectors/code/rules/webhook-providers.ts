/** The webhook providers: how a handler of theirs is known, and what a verification of theirs is called (facts/code §4). */
import { callOf, chainTo, isString, textAt, tokenAt, type Code, mentions } from '../lex/code.ts';

export const PROVIDERS = ['stripe', 'github', 'slack', 'svix', 'twilio', 'shopify'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** How a verification tells: it throws, it answers yes or no, it returns an error (Go), or it stands in the route as a middleware. */
export type Style = 'throws' | 'answers' | 'error' | 'middleware';

export interface ProviderTraits {
  readonly name: string;
  /** The request headers of the provider, as written in code; also in the form of WSGI. */
  readonly headers: RegExp;
  /** Of a route's path. */
  isPath(path: string): boolean;
  /** Other strings that only a handler of theirs has. */
  readonly words?: RegExp;
  /** How the header writes the HMAC. */
  readonly encoding: 'hex' | 'base64';
  /** A library's verification at a called word; undefined where it is none. */
  verification(code: Code, index: number): Style | undefined;
}

function calls(code: Code, index: number): readonly string[] | undefined {
  return callOf(code, index) === undefined ? undefined : chainTo(code, index).names;
}

/** `new Webhook(secret).verify(…)`, also over a name that holds it. */
function isWebhookVerify(code: Code, index: number): boolean {
  const names = calls(code, index);
  if (names?.at(-1) !== 'verify') return false;
  const owner = names.at(-2) ?? '';
  if (owner === 'Webhook') return true;
  const value = code.constants.get(owner);
  if (value === undefined) return false;
  return (
    textAt(code, value) === 'Webhook' ||
    textAt(code, value + 1) === 'Webhook' ||
    textAt(code, value + 2) === 'NewWebhook'
  );
}

export const TRAITS: { readonly [provider in Provider]: ProviderTraits } = {
  stripe: {
    name: 'Stripe',
    headers: /^(?:http_)?stripe[-_]signature$/i,
    isPath: (path) => /stripe/i.test(path),
    words: /^(?:payment_intent|invoice|customer|checkout\.session|charge)\.[a-z_.]+$/,
    encoding: 'hex',
    verification(code, index) {
      const last = calls(code, index)?.at(-1) ?? '';
      if (/^(?:constructEvent|constructEventAsync|construct_event)$/.test(last)) return 'throws';
      return last.startsWith('ConstructEvent') && code.language === 'go' ? 'error' : undefined;
    },
  },
  github: {
    name: 'GitHub',
    headers: /^(?:http_)?x[-_](?:hub[-_]signature(?:[-_]256)?|github[-_]event)$/i,
    isPath: (path) => /github/i.test(path) && /hook/i.test(path),
    encoding: 'hex',
    verification(code, index) {
      const names = calls(code, index);
      const last = names?.at(-1) ?? '';
      if (code.language === 'go')
        return /^Validate(?:Payload|Signature|PayloadFromBody)$/.test(last) ? 'error' : undefined;
      if (!/^(?:create(?:Node|Web)Middleware|verifyAndReceive|verify)$/.test(last) || !mentions(code, /octokit/))
        return undefined;
      if (last === 'createNodeMiddleware' || last === 'createWebMiddleware') return 'middleware';
      if (last === 'verifyAndReceive') return 'throws';
      return last === 'verify' && /webhooks?|octokit/i.test(names?.at(-2) ?? 'webhooks') ? 'answers' : undefined;
    },
  },
  slack: {
    name: 'Slack',
    headers: /^(?:http_)?x[-_]slack[-_](?:signature|request[-_]timestamp)$/i,
    isPath: (path) => /slack/i.test(path),
    words: /^url_verification$/,
    encoding: 'hex',
    verification(code, index) {
      const names = calls(code, index);
      const last = names?.at(-1) ?? '';
      if (last === 'verifySlackRequest') return 'throws';
      if (
        last === 'isValidSlackRequest' ||
        last === 'is_valid_request' ||
        (last === 'is_valid' && mentions(code, /SignatureVerifier/))
      )
        return 'answers';
      if (last === 'Ensure' && mentions(code, /NewSecretsVerifier/)) return 'error';
      if (/^(?:createEventAdapter|createMessageAdapter|ExpressReceiver|SlackRequestHandler)$/.test(last))
        return 'middleware';
      return undefined;
    },
  },
  svix: {
    name: 'Svix or standard webhooks',
    headers: /^(?:http_)?(?:svix|webhook)[-_](?:id|signature|timestamp)$/i,
    isPath: (path) => /svix|clerk|resend/i.test(path),
    encoding: 'base64',
    verification: (code, index) =>
      isWebhookVerify(code, index) ? (code.language === 'go' ? 'error' : 'throws') : undefined,
  },
  twilio: {
    name: 'Twilio',
    headers: /^(?:http_)?x[-_]twilio[-_]signature$/i,
    isPath: (path) => /twilio/i.test(path),
    encoding: 'base64',
    verification(code, index) {
      const names = calls(code, index);
      const last = names?.at(-1) ?? '';
      if (last === 'webhook' && /twilio/i.test(names?.at(-2) ?? '')) return 'middleware';
      if (/^(?:validateRequest|validateRequestWithBody|validateExpressRequest)$/.test(last)) return 'answers';
      return /^[vV]alidate$/.test(last) && mentions(code, /RequestValidator/) ? 'answers' : undefined;
    },
  },
  shopify: {
    name: 'Shopify',
    headers: /^(?:http_)?x[-_]shopify[-_](?:hmac[-_]sha256|topic)$/i,
    isPath: (path) => /shopify/i.test(path),
    encoding: 'base64',
    verification(code, index) {
      const names = calls(code, index);
      const last = names?.at(-1) ?? '';
      if (names?.at(-2) === 'authenticate' && last === 'webhook') return 'throws';
      if (names?.includes('webhooks') === true && last === 'validate') return 'answers';
      return names?.includes('webhooks') === true && /^(?:process|processWebhooks)$/.test(last) ? 'throws' : undefined;
    },
  },
};

/** Reply builders of Twilio: a handler that answers in TwiML. */
const TWIML = /^(?:MessagingResponse|VoiceResponse)$/;

/** The provider of which the token is a mark, where it is one. */
export function mentioned(code: Code, index: number): Provider | undefined {
  const token = tokenAt(code, index);
  if (token.kind === 'word') return TWIML.test(token.text) && callOf(code, index) !== undefined ? 'twilio' : undefined;
  if (!isString(code, index) || token.text.length > 60) return undefined;
  return PROVIDERS.find(
    (provider) =>
      TRAITS[provider].headers.test(token.text) ||
      (TRAITS[provider].words?.test(token.text) === true && isCase(code, index, provider)),
  );
}

/** The word is what an event is compared with. */
function isCase(code: Code, index: number, provider: Provider): boolean {
  const before = textAt(code, index - 1);
  const compared = before === 'case' || /^[=!]==?$/.test(before);
  return compared && (provider !== 'stripe' || mentions(code, /\.type\b|\[["']type["']\]|\.Type\b/));
}

/** The quick look: a file without these words has no webhook of theirs. */
export const WEBHOOK_WORDS =
  /stripe|x[-_]hub[-_]signature|x[-_]github|github|slack|svix|webhook-(?:id|signature)|twilio|twiml|shopify|MessagingResponse|VoiceResponse/i;
