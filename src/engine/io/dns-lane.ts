/**
 * Which way questions go to a resolver: over UDP, and where a run asks many of them, together over one TCP connection, which costs a
 * tenth and cannot be spoofed from aside (RFC 7766 §6.2.1.1, RFC 5452). TCP has to earn it: one question tries it first, and it is
 * given up for the run when a question over it fails, or when answers take longer each time that it is tried, as from forwarders that
 * answer one after the other; once may have been a pause of this machine.
 */

/** Answers over UDP before TCP is tried: few questions are not worth a connection. */
const FEW = 128;
/** Answers that a mean looks back on, and so many are there before two of them are compared. */
const WINDOW = 64;
/** A mean over TCP may be so much more than twice that over UDP: a program that is busy sees differences of this size. */
const SLACK_MS = 50;
/** So many times TCP may be slow: for a while questions go over UDP, then it is tried again. */
const TRIALS = 3;

export interface Lane {
  /** Where the next question goes. */
  choose(): 'udp' | 'tcp';
  /** Whether questions go over TCP now. */
  streams(): boolean;
  answered(transport: 'udp' | 'tcp', elapsedMs: number): void;
  failed(transport: 'udp' | 'tcp'): void;
}

interface Mean {
  count: number;
  ms: number;
}

function add(mean: Mean, ms: number): void {
  mean.count += 1;
  mean.ms += (ms - mean.ms) / Math.min(mean.count, WINDOW);
}

export function createLane(): Lane {
  let udp: Mean = { count: 0, ms: 0 };
  let tcp: Mean = { count: 0, ms: 0 };
  let trials = 0;
  let tcpIs: 'untried' | 'on trial' | 'good' | 'bad' = 'untried';
  return {
    choose() {
      if (tcpIs === 'good') return 'tcp';
      if (tcpIs !== 'untried' || udp.count < FEW) return 'udp';
      tcpIs = 'on trial';
      trials += 1;
      return 'tcp';
    },
    streams: () => tcpIs === 'good',
    answered(transport, elapsedMs) {
      if (transport === 'udp') {
        add(udp, elapsedMs);
        return;
      }
      // What was asked before TCP was given up
      if (tcpIs === 'untried' || tcpIs === 'bad') return;
      add(tcp, elapsedMs);
      tcpIs = 'good';
      if (tcp.count < WINDOW || tcp.ms <= 2 * udp.ms + SLACK_MS) return;
      tcpIs = trials < TRIALS ? 'untried' : 'bad';
      [udp, tcp] = [
        { count: 0, ms: 0 },
        { count: 0, ms: 0 },
      ];
    },
    failed(transport) {
      if (transport === 'tcp') tcpIs = 'bad';
    },
  };
}
