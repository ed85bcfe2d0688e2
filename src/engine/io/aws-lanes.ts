/** Kept connections to one endpoint, each with one question at a time: the text goes out, a plain answer comes back. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FaultError } from '../../model/fault.ts';
import { answerReader, type PlainAnswer } from './plain-answer.ts';

/** An answer to a question about one resource is some kilobytes. */
const MAX_BODY = 8 * 1024 * 1024;
/** More at once than the slowest documented quota needs at a far region's round trip. */
const MAX_SOCKETS = 64;

interface Place {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
}

/** A question that is asked, or waits for a connection. */
interface Question {
  readonly text: string;
  readonly answered: (answer: PlainAnswer) => void;
  readonly failed: (error: unknown) => void;
}

export interface Lanes {
  ask(question: Question): void;
  /** Nobody waits for the answer any more: its connection is of no use then. */
  leave(question: Question): void;
  close(): void;
}

export function createLanes({ secure, hostname, port }: Place): Lanes {
  /** Questions under way by connection; a connection without one is free. */
  const busy = new Map<Socket, Question>();
  const free: Socket[] = [];
  const waiting: Question[] = [];
  let session: Buffer | undefined;

  function opened(): Socket {
    if (!secure) return connect({ host: hostname, port, noDelay: true });
    const servername = isIP(hostname) === 0 ? hostname : '';
    const socket = connectTls({ host: hostname, port, servername, session, ALPNProtocols: ['http/1.1'] });
    socket.setNoDelay(true);
    socket.on('session', (ticket) => {
      session = ticket;
    });
    return socket;
  }

  function lane(): Socket {
    const socket = opened();
    let take = answerReader(MAX_BODY);
    socket.on('data', (chunk: Buffer) => {
      const question = busy.get(socket);
      try {
        const answer = question === undefined ? undefined : take(chunk);
        // What comes unasked belongs to no question
        if (question === undefined) socket.destroy();
        if (question === undefined || answer === undefined) return;
        take = answerReader(MAX_BODY);
        busy.delete(socket);
        if (answer.stays) rest(socket);
        else socket.destroy();
        question.answered(answer);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) => busy.get(socket)?.failed(error));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      const at = free.indexOf(socket);
      if (at >= 0) free.splice(at, 1);
      const question = busy.get(socket);
      busy.delete(socket);
      question?.failed(new FaultError('aws.network', 'the answer was cut'));
      const next = waiting.shift();
      if (next !== undefined) start(lane(), next);
    });
    return socket;
  }

  function start(socket: Socket, question: Question): void {
    busy.set(socket, question);
    socket.ref();
    socket.write(question.text);
  }

  function rest(socket: Socket): void {
    const next = waiting.shift();
    if (next !== undefined) {
      start(socket, next);
      return;
    }
    // An open connection alone keeps no program running
    socket.unref();
    free.push(socket);
  }

  return {
    ask(question) {
      const socket = free.pop();
      if (socket !== undefined) start(socket, question);
      else if (busy.size < MAX_SOCKETS) start(lane(), question);
      else waiting.push(question);
    },
    leave(question) {
      const at = waiting.indexOf(question);
      if (at >= 0) waiting.splice(at, 1);
      for (const [socket, asked] of busy) if (asked === question) socket.destroy();
    },
    close() {
      for (const { failed } of waiting.splice(0)) failed(new FaultError('engine.interrupted'));
      for (const socket of [...free, ...busy.keys()]) socket.destroy();
    },
  };
}
