/** Credentials as people leave them, each in a form of its own, and traps that look like them. Values are made here, of parts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { ownDetectorSet } from '../../../support/detectors.ts';

const sample = sampler(ownDetectorSet());
const textOf = (template: string): string => generate(template, template);
const found = (path: string, text: string): readonly string[] => sample(path, text).found.map((one) => one.detector);
const base64 = (template: string): string => Buffer.from(textOf(template)).toString('base64');

type Case = readonly [path: string, template: string];

/** By detector: the place and the text. */
const LEFT_BEHIND: readonly (readonly [detector: string, ...Case])[] = [
  // tokens with a form of their own, wherever they stand
  ['github-pat', 'deploy.sh', 'git clone https://gh@{}p_@{b62:36}@github.com/corp/app.git'],
  ['github-pat', 'Dockerfile', 'RUN curl -H "Authorization: token gh@{}p_@{b62:36}" https://api.github.com'],
  ['github-pat', 'notes.md', 'Use `gh@{}p_@{b62:36}`, it works until May.'],
  ['github-fine-grained', 'ci.yml', '  GH_TOKEN: github@{}_pat_@{b62:22}_@{b62:59}'],
  ['github-app', 'x.log', '2026-01-01T00:00:00Z got gh@{}s_@{b62:36} for installation 77'],
  ['gitlab-pat', '.gitlab-ci.yml', '  - curl --header "PRIVATE-TOKEN: gl@{}pat-@{b64u:20}" "$CI_API_V4_URL"'],
  ['gitlab-token', 'runner.toml', 'token = "gl@{}rt-@{b64u:20}"'],
  ['slack-token', 'bot.py', 'client = WebClient(token="xo@{}xb-@{num:12}-@{num:13}-@{b62:24}")'],
  ['slack-webhook', 'alert.js', "post('https://hooks.slack.com/services/T@{up:8}/B@{up:10}/@{b62:24}', body)"],
  ['stripe-key', 'pay.rb', "Stripe.api_key = 'sk_@{}live_@{b62:24}'"],
  ['stripe-key', 'config.php', "'key' => 'rk_@{}live_@{b62:98}',"],
  ['sendgrid-key', 'mail.go', 'const key = "SG.@{b64u:22}.@{b64u:43}"'],
  ['npm-token', 'Makefile', '\techo "//npm.example.test/:_authToken=np@{}m_@{b62:36}" > .npmrc'],
  ['pypi-token', '.pypirc', 'password = pypi-AgEIcHlwaS5vcmc@{b64u:80}'],
  ['aws-access-key', 'main.tf', '  access_key = "AK@{}IA@{b32:16}"'],
  ['generic-api-key', 'main.tf', '  secret_key = "@{b62:40}"'],
  ['aws-secret-key', 'credentials', '[default]\naws_secret_access_key=@{b64:40}\n'],
  ['aws-secret-key', 'App.java', 'new BasicAWSCredentials(id, awsSecretKey = "@{b64:40}");'],
  ['gcp-api-key', 'AndroidManifest.xml', '<meta-data android:value="AI@{}za@{b64u:35}" />'],
  ['gcp-oauth-client-secret', 'client_secret.json', '{"installed":{"client_secret":"GOC@{}SPX-@{b64u:28}"}}'],
  ['digitalocean-pat', 'doctl.yaml', 'access-token: dop_@{}v1_@{hex:64}'],
  ['azure-client-secret', 'appsettings.json', '"ClientSecret": "@{b62:3}8Q~@{b62:34}"'],
  [
    'azure-storage-key',
    'local.settings.json',
    '"AzureWebJobsStorage": "DefaultEndpointsProtocol=https;AccountName=corpdata;AccountKey=@{b64:86}==;EndpointSuffix=core.windows.net"',
  ],
  [
    'azure-servicebus',
    'app.config',
    '<add name="bus" connectionString="Endpoint=sb://corp.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=@{b64:43}=" />',
  ],
  ['openai-key', 'chat.ts', "const openai = new OpenAI({ apiKey: 'sk-@{}proj-@{b64u:74}T3BlbkFJ@{b64u:74}' });"],
  ['anthropic-key', '.env.production', 'ANTHROPIC_API_KEY=sk-@{}ant-api03-@{b64u:93}AA'],
  ['huggingface-token', 'train.py', 'login(token="hf_@{letters:34}")'],
  ['groq-key', 'k.txt', 'gs@{}k_@{b62:52}'],
  ['telegram-bot-token', 'bot.js', "new Telegraf('@{num:10}:AA@{b64u:33}')"],
  ['shopify-token', 'shop.env', 'SHOPIFY_ACCESS_TOKEN=shp@{}at_@{hex:32}'],
  ['docker-pat', 'login.sh', 'docker lo@{}gin -u corp -p dckr_@{}pat_@{b64u:27}'],
  ['databricks-token', 'job.json', '{"token": "da@{}pi@{hex:32}"}'],
  ['linear-key', 'sync.mjs', 'Authorization: "lin_@{}api_@{b62:40}"'],
  ['notion-token', 'notion.ts', 'auth: "ntn_@{num:11}@{b62:35}"'],
  ['planetscale', 'db.toml', 'password = "pscale_@{}pw_@{b64u:43}"'],
  ['terraform-cloud', '.terraformrc', 'credentials "app.terraform.io" {\n  token = "@{b62:14}.atlasv1.@{b64u:67}"\n}'],
  ['vault-token', 'vault.hcl', 'token = "hv@{}s.@{b64u:95}"'],
  ['newrelic-key', 'newrelic.ini', 'license = NRAK-@{up:27}'],
  ['postman-key', 'test.json', '"X-Api-Key": "PMAK-@{hex:24}-@{hex:34}"'],
  ['square-token', 'pos.cs', 'var token = "sq0@{}atp-@{b64u:22}";'],
  ['mailgun-key', 'mail.py', 'MAILGUN_API_KEY = "key-@{hex:32}"'],
  ['mailchimp-key', 'list.php', '$mc = new MailChimp("@{hex:32}-us14");'],
  ['age-key', 'keys.txt', '# created\nAGE-SECRET-KEY-1@{bech:58}'],
  ['wireguard-key', 'wg0.conf', '[Interface]\nPrivateKey = @{b64:42}A='],
  [
    'putty-key',
    'server.ppk',
    'PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: k\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 2\n@{b64:64}\n@{b64:44}\nPrivate-MAC: @{hex:40}',
  ],
  // what only a name, a place or a format makes a credential
  ['postgres-uri', 'app.py', 'engine = create_engine("postgresql://app:@{b62:14}@db.corp-data.io:5432/app")'],
  ['mongodb-uri', 'index.js', "mongoose.connect('mongodb+srv://root:@{b62:12}@cluster0.ab1cd.mongodb.net/prod')"],
  ['redis-uri', 'settings.py', 'CELERY_BROKER_URL = "redis://:@{b62:20}@cache.corp-data.io:6379/0"'],
  ['amqp-uri', 'worker.yaml', 'broker: amqps://svc:@{b62:18}@mq.corp-data.io/vhost'],
  ['generic-uri', 'sync.sh', 'curl ftp://backup:@{b62:11}@files.corp-data.io/dump.sql'],
  ['jdbc-password', 'app.properties', 'url=jdbc:mysql://db.corp-data.io:3306/app?user=app&password=@{b62:13}'],
  [
    'odbc-connection',
    'web.config',
    'connectionString="Server=sql.corp-data.io;Database=app;User Id=sa;Password=@{b62:12}Z9;"',
  ],
  ['npmrc-auth', '.npmrc', '//npm.corp-data.io/:_authToken=@{b62:40}'],
  ['netrc', '.netrc', 'machine api.corp-data.io login deploy password @{b62:16}'],
  ['pgpass', '.pgpass', 'db.corp-data.io:5432:app:app:@{b62:16}'],
  ['git-credentials', '.git-credentials', 'https://corp:@{b62:20}@git.corp-data.io'],
  ['rails-master-key', 'config/master.key', '@{hex:32}'],
  ['django-secret-key', 'settings.py', "SECRET_KEY = '@{low:20}!)@{low:20}^&@{low:6}'"],
  ['laravel-app-key', '.env', 'APP_KEY=base64:@{b64:43}='],
  ['basic-auth-header', 'call.http', 'Authorization: Basic @{}@@BASIC@@'],
  ['bearer-header', 'call.http', 'Authorization: Bearer @{b62:40}'],
  ['curl-credentials', 'job.sh', 'curl -u deploy:@{b62:18} https://api.corp-data.io/v1/jobs'],
  ['password-assignment', 'Settings.cs', 'private const string Pass@{}word = "correct-horse-42";'],
  ['password-assignment', 'db.yml', 'production:\n  username: app\n  pass@{}word: "Tr0ub4dor&3"'],
  ['password-assignment', 'setup.ps1', '$pass@{}word = "Wint3r!sComing"'],
  ['dotenv-secret', '.env', 'INTERNAL_SIGNING_SECRET=@{b62:32}'],
  ['jwt-signing-secret', 'auth.js', "const token = jwt.sign({ id }, 'k@{b62:22}');"],
  ['generic-api-key', 'client.py', 'api_key = "@{b62:32}"'],
  ['generic-api-key', 'Client.kt', 'val accessToken = "@{b62:40}"'],
  [
    'kubernetes-secret',
    'secret.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: @@K8S@@',
  ],
  ['docker-config-auth', '.docker/config.json', '{"auths":{"registry.corp-data.io":{"auth":"@@BASIC@@"}}}'],
  ['datadog-key', 'agent.yaml', 'datadog_api_key: @{hex:32}'],
  ['cloudflare-token', 'wrangler.toml', 'cloudflare_api_token = "@{b64u:40}"'],
  ['twilio-key', 'sms.rb', "twilio_auth_token = '@{hex:32}'"],
  // strings inside strings, aligned columns, names beside their values
  ['generic-api-key', 'x.json', '{"cfg":"{\\"apiKey\\":\\"@{b62:32}\\"}"}'],
  ['password-assignment', 'x.json', '{"cfg":"{\\"pass@{}word\\":\\"Xk29-vQ7m1z\\"}"}'],
  ['password-assignment', 'rds.tf', '  pass@{}word             = "Xk29-vQ7m1z"'],
  ['password-assignment', 'App.java', 'props.put("pass@{}word", "Xk29-vQ7m1z");'],
  ['generic-api-key', 'store.ts', "localStorage.setItem('token', '@{b62:32}');"],
  ['named-value', 'deployment.yaml', '        - name: DB_PASSWORD\n          value: Xk29-vQ7m1z'],
  ['named-value', 'task.json', '{ "name": "PAYMENT_API_KEY", "value": "7@{b62:32}" }'],
  ['named-value', 'azure-pipelines.yml', "variables:\n- name: apiKey\n  value: '7@{b62:32}'"],
  ['named-value', 'web.config', '<add key="SmtpPassword" value="Xk29-vQ7m1z" />'],
  ['dockerfile-secret', 'Dockerfile', 'FROM node\nENV API_KEY 7@{b62:32}'],
  ['command-password', 'backup.sh', 'PGPASS@{}WORD=Xk29vQ7m1z pg_dump -h db.corp-data.io app'],
  ['command-password', 'backup.sh', 'my@{}sql -u root -pXk29vQ7m1z app'],
  ['command-password', 'jump.sh', 'ssh@{}pass -p Xk29vQ7m1z ssh root@db.corp-data.io'],
  ['command-password', 'setup.ps1', 'ConvertTo-Secure@{}String "Xk29-vQ7m1z" -AsPlainText -Force'],
  ['mysql-dsn', 'main.go', 'dsn := "app:@{b62:16}@tcp(db.corp-data.io:3306)/app"'],
  ['django-secret-key', 'settings.py', "SECRET_KEY = 'k9$w(@{low:20}!@{num:4}-%+^&*)=_@{low:12}'"],
  ['private-key', 'nested.json', '@@NESTED@@'],
];

/** As long as the DER inside says. */
function pem(): string {
  const der = Buffer.concat([Buffer.from([0x30, 0x82, 0x04, 0xa0]), Buffer.from(textOf('@{b62:1184}'))]);
  const label = ['RSA', 'PRIVATE KEY'].join(' ');
  return `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END ${label}-----\n`;
}

function leakOf(template: string): string {
  return textOf(template)
    .replaceAll('@@NESTED@@', JSON.stringify({ body: JSON.stringify({ key: pem() }) }))
    .replaceAll('@@BASIC@@', base64('deploy:@{b62:14}'))
    .replaceAll('@@K8S@@', base64('@{b62:18}'));
}

test('what people leave behind is found, by the detector of its kind', () => {
  const missed = LEFT_BEHIND.flatMap(([detector, path, template]) => {
    const detectors = found(path, leakOf(template));
    return detectors.includes(detector) ? [] : [`${detector} in ${path}: ${detectors.join(', ') || 'nothing'}`];
  });

  assert.deepEqual(missed, []);
  assert.ok(LEFT_BEHIND.length >= 60);
});

test('the same in UTF-16, with line ends of Windows, in one long line, and behind other text', () => {
  for (const [detector, path, template] of LEFT_BEHIND) {
    const text = leakOf(template);
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    assert.ok(
      sample(path, wide).found.some((one) => one.detector === detector),
      `${detector} in UTF-16`,
    );
    assert.ok(found(path, text.replaceAll('\n', '\r\n')).includes(detector), `${detector} with CRLF`);
  }
});

/** Nothing of this opens anything. */
const TRAPS: readonly Case[] = [
  // where the value should be there is a reference, a template or a question
  ['app.js', 'const apiKey = process.env.API_KEY;'],
  ['app.js', 'const secret = config.get("session.secret.value");'],
  ['app.py', 'password = os.environ["DATABASE_PASSWORD"]'],
  ['app.py', 'token = getpass.getpass("Enter your access token: ")'],
  ['app.rb', 'secret_key = Rails.application.credentials.dig(:aws, :secret_access_key)'],
  ['main.go', 'token := os.Getenv("GITHUB_TOKEN")'],
  ['main.tf', 'password = random_password.database_master.result'],
  ['main.tf', 'secret_key = var.aws_secret_access_key_for_backup'],
  ['values.yaml', 'password: {{ .Values.database.password | b64enc | quote }}'],
  ['deploy.yaml', 'apiKey: ${{ secrets.PRODUCTION_API_KEY_FOR_DEPLOY }}'],
  ['compose.yaml', 'POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?must be set}'],
  [
    'pod.yaml',
    '- name: API_TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: api-credentials\n      key: token-production',
  ],
  [
    'secret.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: "<your-password-here>"',
  ],
  ['config.xml', '<password>${database.password}</password>'],
  ['app.properties', 'spring.datasource.password=${DB_PASSWORD}'],
  ['.npmrc', '//npm.example.test/:_authToken=${NPM_TOKEN}'],
  ['settings.xml', '<server><id>corp</id><username>ci</username><password>${env.MAVEN_PASSWORD}</password></server>'],
  ['login.sh', 'curl -u "$USER_NAME:$USER_PASSWORD" https://api.corp-data.io'],
  ['login.sh', 'curl -H "Authorization: Bearer ${ACCESS_TOKEN}" https://api.corp-data.io'],
  ['login.ps1', '$password = Read-Host -AsSecureString "Password"'],
  ['app.cs', 'var password = Configuration["ConnectionStrings:Password"];'],
  ['App.java', 'String password = System.getProperty("javax.net.ssl.keyStorePassword");'],
  ['db.js', 'const url = `postgres://${user}:${password}@${host}:5432/${database}`;'],
  ['db.py', 'uri = "mongodb://%s:%s@%s/%s" % (user, password, host, name)'],
  ['db.py', 'uri = "postgresql://{user}:{password}@@{}{host}/{name}".format(**settings)'],
  // placeholders and documentation
  ['README.md', 'export API_KEY=your-api-key-here'],
  ['README.md', 'Set `GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` first.'],
  ['README.md', 'aws_secret_access_key = YOUR_SECRET_ACCESS_KEY_GOES_HERE_40_LETTERS'],
  ['README.md', 'STRIPE_SECRET_KEY=sk_@{}live_xxxxxxxxxxxxxxxxxxxxxxxx'],
  ['README.md', 'Authorization: Bearer <token>'],
  ['README.md', 'Authorization: Bearer YOUR_ACCESS_TOKEN_GOES_HERE'],
  ['README.md', 'mysql://user:@{}pw@localhost'],
  ['docs/use.md', 'password: "changeme"'],
  ['docs/use.md', 'slack token: xo@{}xb-your-token-goes-here'],
  ['.env.example', 'SESSION_SECRET=replace-with-a-long-random-value'],
  ['.env.example', 'DATABASE_PASSWORD='],
  ['.env', 'API_TOKEN=""'],
  ['config.sample.json', '{"apiKey": "00000000-0000-0000-0000-000000000000"}'],
  ['config.json', '{"apiKey": "abcdefghijklmnopqrstuvwxyz123456"}'],
  ['config.json', '{"token": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}'],
  ['config.json', '{"secret": "********************"}'],
  ['config.json', '{"password": "[REDACTED]"}'],
  ['config.json', '{"password": null, "token": false, "secret": 0}'],
  ['keys.md', 'AK@{}IAIOSFODNN7EXAMPLE'],
  ['keys.md', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  // names with the words in them
  ['lexer.ts', 'const tokenType = "StringLiteralExpression";'],
  ['lexer.ts', 'this.token = this.scanner.nextTokenFromSource(position);'],
  ['lexer.py', 'token_pattern = "(?u)\\\\b\\\\w\\\\w+\\\\b"'],
  ['form.tsx', '<input type="password" name="password" autoComplete="current-password" />'],
  ['form.tsx', '<Label htmlFor="password">Confirm your new password</Label>'],
  ['form.html', '<input id="user_password_confirmation" placeholder="Password confirmation">'],
  ['i18n/en.json', '{"password": "Password", "forgotPassword": "Forgot your password?", "apiKey": "Your API key"}'],
  ['i18n/de.yml', 'password_hint: "Mindestens acht Zeichen, davon eine Ziffer"'],
  ['errors.ts', 'export const INVALID_TOKEN = "error.authentication.invalid_token";'],
  ['errors.ts', "throw new Error('secret must be a string of 32 characters');"],
  ['routes.ts', "app.post('/api/v1/password/reset/:token', resetPasswordHandler);"],
  ['routes.py', 'path("accounts/password/change/", PasswordChangeView.as_view(), name="account_change_password")'],
  ['schema.sql', 'CREATE TABLE users (id uuid, password_hash varchar(255) NOT NULL, api_token_digest text);'],
  ['schema.graphql', 'input Login { password: String!, deviceToken: String }'],
  ['api.proto', 'string access_token = 1; string refresh_token = 2;'],
  ['types.d.ts', 'export interface Options { apiKey?: string; secretAccessKey?: string | undefined }'],
  ['style.css', '.token.keyword, .token.property { color: #d73a49; }'],
  ['style.scss', '$token-color-primary: darken($secret-blue-gray-900, 10%);'],
  ['redux.ts', "export const SET_ACCESS_TOKEN = 'auth/SET_ACCESS_TOKEN';"],
  ['storage.ts', "localStorage.getItem('corp.session.accessToken.v2');"],
  ['header.ts', "request.headers['x-csrf-token'] = readCookie('csrftoken');"],
  ['i.ts', "const primaryKey = 'customer_identifier_2024';"],
  ['i.ts', "const cacheKey = 'user-profile-settings-v12-eu-west-1';"],
  ['i.ts', "const translationKey = 'checkout.payment.card_number_invalid_2';"],
  ['keyboard.ts', "const key = 'ArrowDown'; const keyCode = 'ControlLeft+ShiftLeft+KeyP';"],
  ['author.json', '{"author": "authority-2024-documentation-team-b1", "keywords": "auth0,key,secret2,api"}'],
  // hashes, identifiers, public halves
  ['lock.txt', 'sha512-@{b64:86}=='],
  ['package.json', '"packageManager": "pnpm@9.1.0+sha512.@{hex:128}"'],
  ['index.html', '<script src="app.js" integrity="sha384-@{b64:64}" crossorigin="anonymous"></script>'],
  ['go.sum', 'github.com/corp/secret-token v1.2.3 h1:@{b64:43}='],
  ['Cargo.lock', 'name = "api-key"\nchecksum = "@{hex:64}"'],
  ['requirements.txt', 'pyjwt==2.8.0 --hash=sha256:@{hex:64}'],
  ['image.yaml', 'image: registry.corp-data.io/auth-token@sha256:@{hex:64}'],
  [
    'ids.json',
    '{"clientId": "@{hex:8}-@{hex:4}-4@{hex:3}-a@{hex:3}-@{hex:12}", "tenantId": "@{hex:8}-@{hex:4}-4@{hex:3}-a@{hex:3}-@{hex:12}"}',
  ],
  ['log.txt', 'request_id=@{hex:8}-@{hex:4}-4@{hex:3}-a@{hex:3}-@{hex:12} token refreshed in 12 ms'],
  ['log.txt', 'commit @{hex:40}: rotate the api key'],
  ['log.txt', 'etag: W/"@{hex:32}" secret=false'],
  ['known_hosts', 'git.corp-data.io ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI@{b64:43}'],
  ['id_ed25519.pub', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI@{b64:43} deploy@corp'],
  ['ca.pem', '-----BEGIN CERTIFICATE-----\n@{b64:64}\n@{b64:64}\n@{b64:40}\n-----END CERTIFICATE-----'],
  ['pub.pem', '-----BEGIN PUBLIC KEY-----\n@{b64:64}\n@{b64:64}\n-----END PUBLIC KEY-----'],
  [
    'pgp.asc',
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n@{b64:64}\n@{b64:64}\n=@{b64:4}\n-----END PGP PUBLIC KEY BLOCK-----',
  ],
  ['tls.go', 'if block.Type != "RSA PRIVATE KEY" { return errors.New("no -----BEGIN RSA PRIVATE KEY----- found") }'],
  ['tls.py', 'PEM = "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----"'],
  ['sops.yaml', 'password: ENC[AES256_GCM,data:@{b64:20},iv:@{b64:43}=,tag:@{b64:22}==,type:str]'],
  ['sealed.yaml', 'kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB@{b64:300}'],
  ['vault.yml', '$ANSIBLE_VAULT;1.1;AES256\n@{num:80}\n@{num:80}'],
  ['path.txt', 'token: /var/run/secrets/kubernetes.io/serviceaccount/token'],
  ['path.yaml', 'tokenFile: /etc/corp/tokens/deploy-token.jwt\npasswordFile: /run/secrets/db_password'],
  ['arn.tf', 'secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-password-AbCdEf"'],
  ['url.ts', "const TOKEN_URL = 'https://login.microsoftonline.com/common/oauth2/v2.0/token';"],
  ['url.ts', "const avatar = 'https://cdn.corp-data.io/@{b62:22}/@{b62:40}.png';"],
  ['url.md', 'See https://user@git.corp-data.io:8443/team/repo@main/path:file for details'],
  ['mail.txt', 'Contact: mailto:support@corp-data.io, ssh://git@git.corp-data.io:22/team/app.git'],
  ['icon.svg', '<path d="M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2z"/>'],
  ['data.ts', "const pixel = 'data:image/png;base64,iVBORw0KGgo@{b64:300}';"],
  ['map.js', '//# sourceMappingURL=data:application/json;base64,@{b64:200}'],
  ['test.ts', "expect(redact('password=hunter')).toBe('password=***');"],
  ['colors.json', '{"accessToken": "#1f2937", "secretToken": "rgba(255, 255, 255, 0.87)"}'],
  ['time.yaml', 'tokenExpiry: 2026-01-01T00:00:00Z\naccessTokenLifetime: 3600s\nkeyRotation: 90d'],
  ['regex.ts', 'const API_KEY_PATTERN = /^[A-Za-z0-9_-]{32,64}$/;'],
  ['charset.py', 'secret_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"'],
  ['feature.json', '{"featureKey": "new-checkout-flow-2024-q3", "accessLevel": "administrator-read-only"}'],
  // names beside values, command lines and images that hold no secret
  ['dep.yaml', '        - name: TOKEN_ISSUER\n          value: https://login.corp-data.io/realms/main'],
  ['dep.yaml', '        - name: SECRET_NAME\n          value: prod/app/db-credentials-2024'],
  ['dep.yaml', '        - name: PASSWORD_FILE\n          value: /run/secrets/db_password'],
  ['dep.yaml', '        - name: API_KEY_HEADER\n          value: X-Corp-Api-Key-V2'],
  ['i18n.json', '{"key":"form.password","value":"Mindestens-8-Zeichen"}'],
  ['web.config', '<add key="PasswordHashAlgorithm" value="PBKDF2-SHA256-100000" />'],
  ['beans.xml', '<property name="passwordEncoder" value="bcryptPasswordEncoder2"/>'],
  ['postman.json', '{"key":"token","value":"{{accessToken}}","type":"string"}'],
  ['schema.json', '{"name":"password","value":{"type":"string","minLength":12}}'],
  ['b.sh', 'PGPASSWORD=$(cat /run/secrets/pw) psql'],
  ['b.sh', 'PGPASSWORD=${PW:?} psql'],
  ['b.sh', 'mysql -u root -p"$MYSQL_ROOT_PASSWORD" app'],
  ['b.sh', 'mysqldump --port=3306 --protocol=tcp --no-tablespaces app'],
  ['b.sh', 'docker login ghcr.io -u $USER -p $TOKEN'],
  ['b.sh', 'openssl rsa -passin env:KEY_PASS'],
  ['README.md', 'sshpass -p <password> ssh user@host'],
  ['README.md', 'PGPASSWORD=your_password psql -h localhost'],
  ['Dockerfile', 'ENV SSL_CERT_KEY /etc/ssl/private/server.key\nENV CACHE_KEY ${VERSION}'],
  ['README.md', 'user:password@tcp(localhost:5555)/dbname'],
  ['url.py', 'url = f"postgres://{user}:{password}@db/db"'],
  ['Map.java', 'map.put("tokenType", "Bearer");\nmap.put("passwordField", "j_password_2024");'],
  ['h.ts', "searchParams.append('key', 'customers-by-region-2024');"],
  ['h.ts', "cache.set('auth:session:key', 'user-profile-12345');"],
  [
    'align.tf',
    '  secret_name          = "prod-db-credentials-2024"\n  kms_key_id           = "alias/aws/secretsmanager"',
  ],
  ['x.json', '{"doc":"use {\\"apiKey\\": \\"YOUR_API_KEY_GOES_HERE\\"}"}'],
  [
    'uv.lock',
    'url = "https://files.pythonhosted.org/packages/@{hex:60}/secret-key-1.0.tar.gz", hash = "sha256:@{hex:64}"',
  ],
  ['flake.lock', '{"nodes":{"key":{"locked":{"narHash":"sha256-@{b64:43}=","rev":"@{hex:40}"}}}}'],
  ['mix.lock', '"auth_key": {:hex, :auth_key, "1.2.3", "@{hex:64}", [:mix], [], "hexpm", "@{hex:64}"},'],
];

test('a hundred things that open nothing are no findings', () => {
  const alarms = TRAPS.flatMap(([path, template]) =>
    found(path, textOf(template)).map((detector) => `${detector} in ${path}: ${template}`),
  );

  assert.deepEqual(alarms, []);
  assert.ok(TRAPS.length >= 100, String(TRAPS.length));
});
