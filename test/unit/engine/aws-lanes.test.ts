/** Kept connections to an endpoint of AWS: they are used again, given up when something is odd, and trust what Node trusts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttps } from 'node:https';
import type { Server, Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createPoster, type Poster } from '../../../src/engine/io/aws-post.ts';
import { createCa } from '../../../src/lab/ca.ts';
import type { AwsReply } from '../../../src/model/io.ts';
import { endWith, faultOf, listening, tcpServer } from './support.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

function posterFor(t: TestContext): Poster {
  const poster = createPoster(2000);
  t.after(() => poster.close());
  return poster;
}

async function ask(poster: Poster, port: number, protocol = 'http:', header = 'x'): Promise<AwsReply> {
  const sent = { protocol, hostname: '127.0.0.1', port, headers: { 'x-amz-target': header }, body: '{"a":"ü"}' };
  return await poster.post(sent, new AbortController().signal);
}

/** A server that answers each question by what `answer` says to do with the connection. */
async function serving(
  t: TestContext,
  answer: (socket: Socket, nth: number) => void,
): Promise<{ port: number; opened: () => number }> {
  let opened = 0;
  let asked = 0;
  const port = await tcpServer(t, (socket) => {
    opened += 1;
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk.toString('utf8');
      for (let end = seen.indexOf('"ü"}'); end >= 0; end = seen.indexOf('"ü"}')) {
        seen = seen.slice(end + 4);
        answer(socket, asked);
        asked += 1;
      }
    });
  });
  return { port, opened: () => opened };
}

test('questions one after the other share a connection, those at once have one each, and no more than 64', async (t) => {
  const { port, opened } = await serving(t, (socket) => socket.write(OK));
  const poster = posterFor(t);

  for (let nth = 0; nth < 5; nth += 1) assert.equal((await ask(poster, port)).body, 'ok');
  assert.equal(opened(), 1);
  const all = await Promise.all(Array.from({ length: 200 }, () => ask(poster, port)));
  assert.ok(all.every(({ body }) => body === 'ok'));
  assert.equal(opened(), 64);
});

test('a connection that the server ends, or that says too much, is not used again', async (t) => {
  const closing = OK.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
  for (const answer of [(socket: Socket) => socket.write(closing), (socket: Socket) => socket.end(OK)]) {
    let last: Socket | undefined;
    const { port, opened } = await serving(t, (socket) => {
      last = socket;
      answer(socket);
    });
    const poster = posterFor(t);
    assert.equal((await ask(poster, port)).body, 'ok');
    if (last?.closed === false) await once(last, 'close');
    assert.equal((await ask(poster, port)).body, 'ok');
    assert.equal(opened(), 2);
  }
  const { port } = await serving(t, (socket) => socket.write(`${OK}${OK}`));
  assert.equal(await faultOf(ask(posterFor(t), port)), 'aws.bad-response');
});

test('a connection that breaks takes its own question along, not those that wait', async (t) => {
  const { port } = await serving(t, (socket, nth) => (nth === 0 ? socket.destroy() : socket.write(OK)));
  const poster = posterFor(t);

  const all = await Promise.allSettled(Array.from({ length: 100 }, () => ask(poster, port)));

  assert.equal(all.filter(({ status }) => status === 'rejected').length, 1);
});

test('a value that would end its line is sent to nobody', async (t) => {
  const { port, opened } = await serving(t, (socket) => socket.write(OK));

  assert.equal(await faultOf(ask(posterFor(t), port, 'http:', 'x\r\nhost: other')), 'aws.bad-response');
  assert.equal(opened(), 0);
});

test('over TLS the certificate must be one that Node trusts, for this host', async (t) => {
  const ca = createCa({ name: 'Test root' });
  const server = async (name: string): Promise<number> => {
    const { keyPem, chainPem } = ca.issue({ names: [name] });
    const https: Server = createHttps({ key: keyPem, cert: chainPem }, (_, response) => response.end('ok'));
    endWith(t, https);
    return await listening(https);
  };
  const [port, other] = [await server('127.0.0.1'), await server('other.example')];

  await assert.rejects(ask(posterFor(t), port, 'https:'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, ca.certPem]);
  t.after(() => setDefaultCACertificates(trusted));
  const poster = posterFor(t);
  assert.equal((await ask(poster, port, 'https:')).body, 'ok');
  assert.equal((await ask(poster, port, 'https:')).body, 'ok');
  await assert.rejects(ask(posterFor(t), other, 'https:'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});
