/** A program that used every capability ends by itself: no handle, timer or kept-alive socket holds it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const ENGINE = new URL('../../../src/engine/', import.meta.url).href;
const WIRE = new URL('../../../src/wire/', import.meta.url).href;

const PROGRAM = `
import { createServer } from 'node:http';
import { createSocket } from 'node:dgram';
import { createIO } from '${ENGINE}io/create.ts';
import { createData } from '${ENGINE}io/data.ts';
import { encodeQuery } from '${WIRE}dns/message.ts';
const server = createServer((request, response) => response.end('ok'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const silent = createSocket('udp4');
await new Promise((resolve) => silent.bind(0, '127.0.0.1', resolve));
const port = server.address().port;
process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:' + port;
process.env.AWS_EC2_METADATA_DISABLED = 'true';
const { io, end } = createIO(
  { resolvers: ['127.0.0.1:' + silent.address().port], connectTo: [], allowPrivate: true, timeoutMs: 60000, concurrency: 1, rate: 0, maxConnections: 8 },
  { signal: new AbortController().signal, data: createData([]) },
);
const hop = await io.fetch({ method: 'GET', url: 'http://127.0.0.1:' + port + '/', maxBody: 10 });
await io.tcp('127.0.0.1', port);
await (await io.tcp('127.0.0.1', port)).write(Buffer.from('GET'));
io.dns({ query: encodeQuery('example.com', 1) }).catch(() => undefined);
const { requestHandler } = await io.aws({ region: 'eu-west-1' });
await requestHandler.handle({ protocol: 'http:', hostname: '127.0.0.1', port, method: 'GET', path: '/', query: {}, headers: {} });
for await (const entry of io.files('.').walk()) break;
end();
server.close();
server.closeAllConnections();
silent.close();
console.log(hop.status);
`;

test('the program ends as soon as its capabilities are ended', async () => {
  const started = performance.now();

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', PROGRAM],
    { timeout: 20_000 },
  );

  assert.equal(stdout, '200\n');
  // The unanswered question would have held it for a minute
  assert.ok(performance.now() - started < 15_000);
});
