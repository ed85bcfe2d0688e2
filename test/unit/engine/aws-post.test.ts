/** One POST to an AWS endpoint: whole answers come back, everything else is a fault that ends in time. */
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { createPoster } from '../../../src/engine/io/aws-post.ts';
import { FaultError } from '../../../src/model/fault.ts';
import type { AwsPost } from '../../../src/model/io.ts';
import { faultOf, listening } from './support.ts';

async function endpoint(
  t: TestContext,
  answer: (response: ServerResponse, body: string) => void,
  timeoutMs = 5000,
): Promise<(signal?: AbortSignal, body?: string) => ReturnType<ReturnType<typeof createPoster>['post']>> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => answer(response, body));
  });
  const poster = createPoster(timeoutMs);
  t.after(async () => {
    poster.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const port = await listening(server);
  return (signal = new AbortController().signal, body = '{}') => {
    const sent: AwsPost = {
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      headers: { 'x-amz-target': 'TrentService.DescribeKey' },
      body,
    };
    return poster.post(sent, signal);
  };
}

test('a whole answer comes back with its status and request id, whatever the status', async (t) => {
  const post = await endpoint(t, (response, body) => {
    response.writeHead(body === '{}' ? 200 : 400, { 'x-amzn-requestid': 'id-1' }).end('{"a":"ü"}');
  });

  assert.deepEqual(await post(), { status: 200, requestId: 'id-1', body: '{"a":"ü"}' });
  assert.deepEqual(await post(undefined, '{"b":"ü"}'), { status: 400, requestId: 'id-1', body: '{"a":"ü"}' });
});

test('an answer that is cut, by length or in its chunks, is a fault', async (t) => {
  for (const headers of [{ 'content-length': '100' }, {}]) {
    const post = await endpoint(t, (response) => {
      response.writeHead(200, headers);
      response.write('{"a":');
      setImmediate(() => response.destroy());
    });

    await assert.rejects(post());
  }
});

test('a server that trickles for ever is left when the time is over', async (t) => {
  const post = await endpoint(
    t,
    (response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'), 5);
      response.once('close', () => clearInterval(more));
    },
    60,
  );

  assert.equal(await faultOf(post()), 'aws.timeout');
});

test('an answer without end is cut off', async (t) => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const post = await endpoint(t, (response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });

  assert.equal(await faultOf(post()), 'net.limit');
});

test('the end of the job ends all its requests, and no new one begins', async (t) => {
  const post = await endpoint(t, () => undefined);
  const stop = new AbortController();
  const waiting = [post(stop.signal), post(stop.signal)].map(faultOf);

  stop.abort(new FaultError('engine.interrupted'));

  assert.deepEqual(await Promise.all(waiting), ['engine.interrupted', 'engine.interrupted']);
  assert.equal(await faultOf(post(stop.signal)), 'engine.interrupted');
});

test('a closed port is a refused connection', async (t) => {
  const poster = createPoster(1000);
  t.after(() => poster.close());
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));

  const sent = poster.post(
    { protocol: 'http:', hostname: '127.0.0.1', port, headers: {}, body: '' },
    new AbortController().signal,
  );

  await assert.rejects(sent, { code: 'ECONNREFUSED' });
});
