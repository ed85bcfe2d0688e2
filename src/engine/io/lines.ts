/** The HTTP connections of one job: an open one is used again, so that a site is asked over one or two connections. */
import type { ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { ByteStream, TlsSession } from '../../model/io.ts';
import type { Repeated, Resumption } from './tls.ts';

/** How long a question waits for a connection in use before it opens another: local and fast servers need one. */
const HESITATE_MS = 200;

/** One connection, and the TLS session over it where there is one: what a hop says of address and certificate is said of these. */
export interface Line {
  readonly plain: ByteStream;
  /** What requests go over; undefined until the first of them has shaken hands. */
  carrier?: Carrier;
  /** Requests sent over it, the running one included. */
  uses: number;
}

export interface Carrier {
  readonly socket: Socket;
  readonly session: TlsSession | undefined;
  /** Where the server speaks HTTP/2. */
  readonly http2?: ClientHttp2Session;
}

/** What a server made of the protocols that we offered it in the TLS handshake (RFC 7301). */
export interface Heard {
  /** `refused`: by the alert for that; `ignored`: it selected none. */
  alpn?: 'selected' | 'ignored' | 'refused';
  /** Whether it speaks HTTP/2; undefined until somebody had a reason to ask. */
  http2?: boolean;
}

export interface Lines {
  /** A line that is free, or a new one. `fresh`: nobody has used it before. */
  take(origin: string, open: () => Promise<ByteStream>, fresh: boolean): Promise<Line>;
  /** Gives a line back; one that cannot carry another request is closed. */
  release(origin: string, line: Line, reusable: boolean): void;
  /** The server of this origin does not answer a second request: every question gets a line of its own. */
  distrust(origin: string): void;
  /** What is known of the protocols of this origin: the same object each time. */
  heard(origin: string): Heard;
  /** How later handshakes with this origin resume an earlier one. */
  repeated(origin: string): Repeated;
  /** The job waits for a slot until the answer is called: nothing is held idle meanwhile. */
  yieldSlots(): () => void;
}

interface Place {
  readonly idle: Map<Line, () => void>;
  readonly waiting: ((line: Line | undefined) => void)[];
  busy: number;
  persistent: boolean;
  resume?: Resumption;
  readonly heard: Heard;
}

export function createLines(): Lines {
  const places = new Map<string, Place>();
  let blocked = 0;

  function placeOf(origin: string): Place {
    const known = places.get(origin);
    if (known !== undefined) return known;
    const made: Place = { idle: new Map(), waiting: [], busy: 0, persistent: true, heard: {} };
    places.set(origin, made);
    return made;
  }

  function use(place: Place, line: Line): Line {
    place.idle.get(line)?.();
    place.idle.delete(line);
    place.busy++;
    line.uses++;
    return line;
  }

  /** A line that comes free soon; undefined: open one. */
  async function soon(place: Place): Promise<Line | undefined> {
    return await new Promise((resolve) => {
      const wake = (line: Line | undefined): void => {
        clearTimeout(timer);
        const index = place.waiting.indexOf(wake);
        if (index >= 0) place.waiting.splice(index, 1);
        resolve(line);
      };
      const timer = setTimeout(() => wake(undefined), HESITATE_MS);
      place.waiting.push(wake);
    });
  }

  /** A connection that is closed or speaks while nobody asked is of no use any more. */
  function rest(place: Place, line: Line, { socket, http2 }: Carrier): void {
    const drop = (): void => {
      if (!place.idle.has(line)) return;
      place.idle.get(line)?.();
      place.idle.delete(line);
      line.plain.close();
    };
    // What comes in HTTP/2 is read by the session, and may come at any time
    if (http2 === undefined) socket.on('data', drop);
    socket.on('end', drop);
    socket.on('close', drop);
    place.idle.set(line, () => {
      socket.off('data', drop);
      socket.off('end', drop);
      socket.off('close', drop);
    });
    // What the server sent behind its answer is seen before the next question goes out
    setImmediate(() => {
      if (place.idle.has(line)) place.waiting[0]?.(use(place, line));
    });
  }

  return {
    async take(origin, open, fresh) {
      const place = placeOf(origin);
      if (!fresh && place.persistent) {
        const [idle] = place.idle.keys();
        if (idle !== undefined) return use(place, idle);
        const line = place.busy > 0 ? await soon(place) : undefined;
        if (line !== undefined) return line;
      }
      place.busy++;
      try {
        return { plain: await open(), uses: 1 };
      } catch (error) {
        place.busy--;
        place.waiting[0]?.(undefined);
        throw error;
      }
    },
    release(origin, line, reusable) {
      const place = placeOf(origin);
      place.busy--;
      const { carrier } = line;
      const open = carrier?.socket.destroyed === false && carrier.socket.readableLength === 0;
      if (reusable && blocked === 0 && place.persistent && open) {
        rest(place, line, carrier);
        return;
      }
      line.plain.close();
      place.waiting[0]?.(undefined);
    },
    distrust(origin) {
      const place = placeOf(origin);
      place.persistent = false;
      for (const wake of [...place.waiting]) wake(undefined);
    },
    heard: (origin) => placeOf(origin).heard,
    repeated(origin) {
      const place = placeOf(origin);
      return {
        resume: place.resume,
        keep: (resumption) => {
          place.resume = resumption;
        },
      };
    },
    yieldSlots() {
      blocked++;
      for (const { idle } of places.values()) {
        for (const [line, leave] of idle) {
          leave();
          line.plain.close();
        }
        idle.clear();
      }
      return () => {
        blocked--;
      };
    },
  };
}
