/** Webhook handlers and the levels of their verification: on the path, elsewhere, none; and the traps, of which none may pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found, verdictsOf, type Files } from '../../../support/code-judge.ts';

type Provider = 'stripe' | 'github' | 'slack' | 'svix' | 'twilio' | 'shopify';

/** The statuses of a provider's check over a tree, joined. */
async function level(provider: Provider, files: Files): Promise<string> {
  const verdicts = await verdictsOf(files);
  return verdicts
    .filter((one) => one.check === `code.webhook.${provider}-unverified`)
    .map((one) => one.status)
    .join(' ');
}

const raw = "express.raw({ type: 'application/json' })";
const stripe = (body: string, middle = raw): string => `
const stripe = require('stripe')(process.env.KEY);
app.post('/webhooks/stripe', ${middle}, async (req, res) => {
  ${body}
  await fulfillOrder(event.data);
  res.json({ received: true });
});
`;
const event = "stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], process.env.WHSEC)";
const guarded = `let event;\n  try {\n    event = ${event};\n  } catch (err) {\n    return res.status(400).send('bad');\n  }`;
const github = (body: string): string => `
import { createHmac, timingSafeEqual } from 'node:crypto';
app.post('/hooks/github', express.raw({ type: '*/*' }), (req, res) => {
  const sent = Buffer.from(req.get('x-hub-signature-256') ?? '');
  const made = Buffer.from('sha256=' + createHmac('sha256', process.env.SECRET).update(req.body).digest('hex'));
  ${body}
  deploy(JSON.parse(req.body));
  res.sendStatus(204);
});
`;

/** What passes: level on-path. */
const ON_PATH: readonly (readonly [Provider, string, string])[] = [
  ['stripe', 'a.js', stripe(`const event = ${event};`)],
  ['stripe', 'a.js', stripe(guarded)],
  [
    'stripe',
    'app/api/stripe/route.ts',
    `export async function POST(req: Request) {\n  const body = await req.text();\n  const event = stripe.webhooks.constructEvent(body, req.headers.get('stripe-signature')!, secret);\n  return Response.json({});\n}`,
  ],
  [
    'stripe',
    'a.js',
    `const verify = (req, res, next) => {\n  try { req.event = ${event}; } catch (e) { return res.status(400).end(); }\n  next();\n};\napp.post('/stripe', ${raw}, verify, (req, res) => { run(req.event); res.end(); });`,
  ],
  [
    'stripe',
    'a.js',
    `function parse(req) { return ${event}; }\napp.post('/stripe', ${raw}, (req, res) => { const event = parse(req); run(event); res.end(); });`,
  ],
  [
    'stripe',
    'a.py',
    "@app.route('/stripe', methods=['POST'])\ndef hook():\n    event = stripe.Webhook.construct_event(request.data, request.headers['Stripe-Signature'], SECRET)\n    run(event)\n    return ''\n",
  ],
  [
    'stripe',
    'a.py',
    "@app.post('/stripe')\nasync def hook(request: Request):\n    try:\n        event = stripe.Webhook.construct_event(await request.body(), request.headers['stripe-signature'], SECRET)\n    except ValueError:\n        raise HTTPException(400)\n    run(event)\n",
  ],
  [
    'stripe',
    'a.go',
    'package a\nfunc hook(w http.ResponseWriter, r *http.Request) {\n\tevent, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)\n\tif err != nil {\n\t\thttp.Error(w, "bad", 400)\n\t\treturn\n\t}\n\trun(event)\n}\n',
  ],
  [
    'github',
    'a.ts',
    github('if (sent.length !== made.length || !timingSafeEqual(sent, made)) return res.sendStatus(401);'),
  ],
  [
    'github',
    'a.ts',
    github('const ok = timingSafeEqual(sent, made);\n  if (!ok) {\n    return res.status(401).end();\n  }'),
  ],
  [
    'github',
    'a.py',
    "@app.route('/github/hook', methods=['POST'])\ndef hook():\n    made = 'sha256=' + hmac.new(KEY, request.data, hashlib.sha256).hexdigest()\n    if not hmac.compare_digest(made, request.headers['X-Hub-Signature-256']):\n        abort(403)\n    run(request.json)\n    return ''\n",
  ],
  [
    'github',
    'a.go',
    'package a\nfunc hook(w http.ResponseWriter, r *http.Request) {\n\tpayload, err := github.ValidatePayload(r, secret)\n\tif err != nil {\n\t\treturn\n\t}\n\tuse(r.Header.Get("X-GitHub-Event"), payload)\n}\n',
  ],
  [
    'slack',
    'a.js',
    "app.post('/slack/events', raw, (req, res) => {\n  verifySlackRequest({ signingSecret, body: req.body, headers: req.headers });\n  run(req.body);\n  res.end();\n});",
  ],
  [
    'svix',
    'a.ts',
    "export async function POST(req: Request) {\n  const headers = { 'svix-id': req.headers.get('svix-id') };\n  const wh = new Webhook(process.env.SECRET);\n  const event = wh.verify(await req.text(), headers);\n  return Response.json(event);\n}",
  ],
  [
    'twilio',
    'a.js',
    "app.post('/twilio/voice', twilio.webhook(), (req, res) => { res.end(new VoiceResponse().toString()); });",
  ],
  [
    'twilio',
    'a.js',
    "app.post('/sms', (req, res) => {\n  if (!twilio.validateRequest(token, req.headers['x-twilio-signature'], url, req.body)) return res.sendStatus(403);\n  res.end(new MessagingResponse().toString());\n});",
  ],
  [
    'twilio',
    'a.py',
    "@app.route('/sms', methods=['POST'])\ndef sms():\n    validator = RequestValidator(TOKEN)\n    if not validator.validate(request.url, request.form, request.headers['X-Twilio-Signature']):\n        abort(403)\n    return str(MessagingResponse())\n",
  ],
  [
    'shopify',
    'a.js',
    "app.post('/shopify', raw, (req, res) => {\n  const made = createHmac('sha256', secret).update(req.body).digest('base64');\n  if (!crypto.timingSafeEqual(Buffer.from(made), Buffer.from(req.get('X-Shopify-Hmac-Sha256')))) return res.sendStatus(401);\n  run();\n});",
  ],
  [
    'shopify',
    'app/routes/webhooks.shopify.ts',
    "export const action = async ({ request }) => {\n  const { topic } = await authenticate.webhook(request);\n  use(topic, request.headers.get('X-Shopify-Topic'));\n};",
  ],
];

test('a verification that decides on the path of its handler passes', async () => {
  const wrong: string[] = [];
  for (const [provider, path, text] of ON_PATH) {
    const actual = await level(provider, { [path]: text });
    if (actual !== 'pass') wrong.push(`${provider} ${path}: ${actual}\n${text}`);
  }
  assert.equal(wrong.join('\n\n'), '');
});

/** What must not pass, and what it is instead. */
const TRAPS: readonly (readonly [why: string, status: 'fail' | 'manual', Provider, string, string])[] = [
  ['nothing is verified', 'fail', 'stripe', 'a.js', stripe('const event = JSON.parse(req.body);')],
  [
    'nothing is verified',
    'fail',
    'github',
    'a.js',
    "app.post('/github/webhook', (req, res) => { run(req.body, req.headers['x-github-event']); res.end(); });",
  ],
  [
    'nothing is verified',
    'fail',
    'slack',
    'a.js',
    "app.post('/slack/commands', (req, res) => { res.json(run(req.body)); });",
  ],
  [
    'nothing is verified',
    'fail',
    'svix',
    'a.js',
    "app.post('/hook', (req, res) => { const id = req.headers['svix-id']; run(id, req.body); res.end(); });",
  ],
  [
    'nothing is verified',
    'fail',
    'twilio',
    'a.js',
    "app.post('/sms', (req, res) => { res.end(new MessagingResponse().toString()); });",
  ],
  [
    'nothing is verified',
    'fail',
    'shopify',
    'a.js',
    "app.post('/hooks', (req, res) => { if (req.get('x-shopify-topic') === 'x') run(req.body); res.end(); });",
  ],
  [
    'nothing is verified',
    'fail',
    'stripe',
    'a.py',
    "@app.route('/stripe', methods=['POST'])\ndef hook():\n    run(request.json)\n    return ''\n",
  ],
  [
    'nothing is verified',
    'fail',
    'stripe',
    'a.go',
    'package a\nfunc main() {\n\thttp.HandleFunc("/stripe", hook)\n}\nfunc hook(w http.ResponseWriter, r *http.Request) {\n\trun(r.Body)\n}\n',
  ],
  [
    'verify is imported and never called',
    'fail',
    'github',
    'a.js',
    "import { verify } from '@octokit/webhooks-methods';\napp.post('/github/hook', (req, res) => { run(req.body); res.end(); });",
  ],
  [
    'a comment verifies nothing',
    'fail',
    'stripe',
    'a.js',
    stripe(`// const event = ${event};\n  const event = req.body;`),
  ],
  [
    'a SHA-1 signature alone',
    'fail',
    'github',
    'a.js',
    github('if (!timingSafeEqual(sent, made)) return res.sendStatus(401);').replace(
      'x-hub-signature-256',
      'x-hub-signature',
    ),
  ],
  [
    'only in production',
    'manual',
    'stripe',
    'a.js',
    stripe(
      `let event = JSON.parse(req.body);\n  if (process.env.NODE_ENV === 'production') {\n    event = ${event};\n  }`,
    ),
  ],
  [
    'only where the header is there',
    'manual',
    'stripe',
    'a.js',
    stripe(`let event = JSON.parse(req.body);\n  if (req.headers['stripe-signature']) {\n    event = ${event};\n  }`),
  ],
  ['the answer is ignored', 'manual', 'github', 'a.js', github('timingSafeEqual(sent, made);')],
  [
    'the answer is only logged',
    'manual',
    'github',
    'a.js',
    github("if (!timingSafeEqual(sent, made)) {\n    console.warn('bad signature');\n  }"),
  ],
  [
    'the answer is kept and never asked',
    'manual',
    'twilio',
    'a.js',
    "app.post('/sms', (req, res) => {\n  const ok = twilio.validateRequest(token, req.headers['x-twilio-signature'], url, req.body);\n  res.end(new MessagingResponse().toString());\n});",
  ],
  [
    'the error is swallowed',
    'manual',
    'stripe',
    'a.js',
    stripe(
      `let event = JSON.parse(req.body);\n  try {\n    event = ${event};\n  } catch (err) {\n    console.error('bad signature');\n  }`,
    ),
  ],
  [
    'the error is swallowed',
    'manual',
    'stripe',
    'a.py',
    "@app.post('/stripe')\ndef hook(request):\n    try:\n        stripe.Webhook.construct_event(request.data, request.headers['Stripe-Signature'], SECRET)\n    except Exception:\n        pass\n    run(request.json)\n",
  ],
  [
    'the error is dropped',
    'manual',
    'stripe',
    'a.go',
    'package a\nfunc hook(w http.ResponseWriter, r *http.Request) {\n\tevent, _ := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)\n\trun(event)\n}\n',
  ],
  [
    'the side effect comes first',
    'manual',
    'stripe',
    'a.js',
    "app.post('/stripe', raw, async (req, res) => {\n  await orders.save(JSON.parse(req.body));\n  stripe.webhooks.constructEvent(req.body, req.headers['stripe-signature'], secret);\n  res.end();\n});",
  ],
  [
    'nobody waits for the promise',
    'manual',
    'stripe',
    'a.js',
    stripe(
      "stripe.webhooks.constructEventAsync(req.body, req.headers['stripe-signature'], secret);\n  const event = JSON.parse(req.body);",
    ),
  ],
  [
    'hex is compared with base64',
    'manual',
    'shopify',
    'a.js',
    "app.post('/shopify', raw, (req, res) => {\n  const made = createHmac('sha256', secret).update(req.body).digest('hex');\n  if (!crypto.timingSafeEqual(Buffer.from(made), Buffer.from(req.get('X-Shopify-Hmac-Sha256')))) return res.sendStatus(401);\n  run();\n});",
  ],
  [
    'the raw body is lost',
    'manual',
    'github',
    'a.js',
    github('if (!timingSafeEqual(sent, made)) return res.sendStatus(401);').replace(
      '.update(req.body)',
      '.update(JSON.stringify(req.body))',
    ),
  ],
  [
    'another route verifies',
    'manual',
    'stripe',
    'a.js',
    `app.post('/other', ${raw}, (req, res) => { const e = ${event}; res.end(); });\napp.post('/stripe', (req, res) => { run(req.body); res.end(); });`,
  ],
  [
    'the call is only in dead code behind a switch',
    'manual',
    'github',
    'a.py',
    "@app.route('/github/hook', methods=['POST'])\ndef hook():\n    if os.environ.get('VERIFY') == '1':\n        made = 'sha256=' + hmac.new(KEY, request.data, hashlib.sha256).hexdigest()\n        if not hmac.compare_digest(made, request.headers['X-Hub-Signature-256']):\n            abort(403)\n    run(request.json)\n    return ''\n",
  ],
];

test('no trap passes', async () => {
  const wrong: string[] = [];
  for (const [why, status, provider, path, text] of TRAPS) {
    const actual = await level(provider, { [path]: text });
    if (!actual.split(' ').includes(status) || (actual.includes('pass') && why !== 'another route verifies')) {
      wrong.push(`${why} (${provider}): ${actual}, wanted ${status}\n${text}`);
    }
  }
  assert.equal(wrong.join('\n\n'), '');
});

test('a verification in another file is not proven; one that is in no file fails; without a handler nothing is said', async () => {
  const handler = "app.post('/stripe', verifyStripe, (req, res) => { run(req.event); res.end(); });";

  assert.equal(
    await level('stripe', {
      'a.js': handler,
      'verify.js': `export function verifyStripe(req, res, next) { req.event = ${event}; next(); }`,
    }),
    'manual',
  );
  assert.equal(await level('stripe', { 'a.js': handler }), 'fail');
  assert.equal(await level('stripe', { 'a.js': handler, 'test/verify.js': `const e = ${event};` }), 'fail');
  assert.equal(await level('stripe', { 'a.js': 'run();' }), 'not-applicable');
  assert.equal(await level('stripe', { 'README.md': handler }), 'not-applicable');
  assert.equal(
    await level('stripe', { 'a.js': "app.get('/stripe/prices', (req, res) => res.json(list));" }),
    'not-applicable',
  );
});

/** The rules beside the levels: ids, text. */
const BESIDE: readonly (readonly [ids: string, path: string, text: string])[] = [
  [
    'code.webhook.stripe-parsed-body',
    'a.js',
    `app.use(express.json());\napp.post('/x', (req, res) => { const e = ${event}; use(e); });`,
  ],
  [
    'code.webhook.stripe-parsed-body',
    'a.js',
    `use(stripe.webhooks.constructEvent(JSON.stringify(req.body), sig, secret));`,
  ],
  ['', 'a.js', `app.post('/x', ${raw}, (req, res) => { const e = ${event}; use(e); });\napp.use(express.json());`],
  [
    '',
    'a.js',
    `app.use(express.json({ verify: (req, res, buf) => { req.rawBody = buf; } }));\nuse(stripe.webhooks.constructEvent(req.rawBody, sig, secret));`,
  ],
  [
    'code.webhook.compare-timing',
    'a.js',
    "const made = createHmac('sha256', k).update(b).digest('hex');\nif (signature === made) run();",
  ],
  ['code.webhook.compare-timing', 'a.js', "if (req.headers['x-signature'] !== expectedSignature) reject();"],
  [
    'code.webhook.compare-timing',
    'a.py',
    "digest = hmac.new(k, b, hashlib.sha256).hexdigest()\nif digest == request.headers['X-Sig']:\n    run()\n",
  ],
  [
    'code.webhook.compare-timing',
    'a.go',
    'package a\nfunc f() { if bytes.Equal(signature, r.Header.Get("X-Sig")) { run() } }',
  ],
  [
    'code.webhook.compare-timing',
    'A.java',
    'class A { void f() { if (signature.equals(request.getHeader("X-Sig"))) run(); } }',
  ],
  ['', 'a.js', 'if (crypto.timingSafeEqual(signature, made)) run();'],
  ['', 'a.js', "if (signature === undefined || typeof signature !== 'string') reject();"],
  ['', 'a.js', 'if (digest === other) run();'],
  ['', 'a.go', 'package a\nfunc f() { if hmac.Equal(signature, made) { run() } }'],
  ['', 'a.js', 'if (signature.length !== made.length) reject();'],
  [
    'code.webhook.secret-hardcoded',
    'a.js',
    stripe(`const event = ${event};`).replace('process.env.WHSEC', "'a literal of some length'"),
  ],
  [
    'code.webhook.secret-hardcoded',
    'a.ts',
    github('if (!timingSafeEqual(sent, made)) return res.sendStatus(401);').replace(
      'process.env.SECRET',
      "'a literal of some length'",
    ),
  ],
  ['', 'a.js', "const made = createHmac('sha256', 'a label that is no secret').update(x).digest();"],
  [
    'code.webhook.replay',
    'a.js',
    "app.post('/slack/events', raw, (req, res) => {\n  const made = 'v0=' + createHmac('sha256', secret).update('v0:' + req.get('x-slack-request-timestamp') + ':' + req.body).digest('hex');\n  if (!crypto.timingSafeEqual(Buffer.from(made), Buffer.from(req.get('x-slack-signature')))) return res.sendStatus(401);\n  run();\n});",
  ],
  [
    '',
    'a.js',
    "app.post('/slack/events', raw, (req, res) => {\n  const time = req.get('x-slack-request-timestamp');\n  if (Math.abs(Date.now() / 1000 - time) > 300) return res.sendStatus(401);\n  const made = 'v0=' + createHmac('sha256', secret).update('v0:' + time + ':' + req.body).digest('hex');\n  if (!crypto.timingSafeEqual(Buffer.from(made), Buffer.from(req.get('x-slack-signature')))) return res.sendStatus(401);\n  run();\n});",
  ],
];

test('raw bodies, constant time, secrets and age are told apart', async () => {
  const wrong: string[] = [];
  for (const [ids, path, text] of BESIDE) {
    const actual = (await found({ [path]: text }))
      .filter((id) => !id.endsWith(':manual') && !id.includes('-unverified'))
      .join(' ');
    if (actual !== ids) wrong.push(`wanted "${ids}", found "${actual}"\n${text}`);
  }
  assert.equal(wrong.join('\n\n'), '');
});
