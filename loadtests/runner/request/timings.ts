import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Milliseconds, as k6 splits them: `duration` is sending + waiting + receiving. */
export interface Timings {
  blocked: number;
  connecting: number;
  tls_handshaking: number;
  sending: number;
  waiting: number;
  receiving: number;
  duration: number;
}

type Moment = 'assigned' | 'looked' | 'connected' | 'secured' | 'sent' | 'firstByte' | 'end';

/**
 * ```
 * start ── blocked ──► looked ─ connecting ─► connected ─ tls ─► secured ─ sending ─► sent ─ waiting ─► firstByte ─ receiving ─► end
 * ```
 * A kept connection has no connecting and no TLS part. A failed request ends at the moment it is read.
 */
export class Stopwatch {
  private readonly start = performance.now();
  private readonly moments: Partial<Record<Moment, number>> = {};
  private reused = false;

  mark(moment: Moment): void {
    this.moments[moment] ??= performance.now();
  }

  follow(socket: Socket): void {
    this.mark('assigned');
    if (!socket.connecting) {
      this.reused = true;
      return;
    }
    // A host that is an address already is not looked up: connecting then counts from the assignment.
    socket.once('lookup', () => this.mark('looked'));
    socket.once('connect', () => this.mark('connected'));
    socket.once('secureConnect', () => this.mark('secured'));
  }

  read(): Timings {
    const now = this.moments.end ?? performance.now();
    const { assigned = now, looked = assigned, connected, secured, sent, firstByte } = this.moments;
    const ready = this.reused ? assigned : (secured ?? connected ?? now);
    const sentAt = Math.max(ready, Math.min(sent ?? now, firstByte ?? now));
    const firstAt = Math.max(sentAt, firstByte ?? now);
    const sending = sentAt - ready;
    const waiting = firstAt - sentAt;
    const receiving = now - firstAt;
    return {
      blocked: looked - this.start,
      connecting: connected === undefined ? 0 : connected - looked,
      tls_handshaking: connected === undefined || secured === undefined ? 0 : secured - connected,
      sending,
      waiting,
      receiving,
      duration: sending + waiting + receiving,
    };
  }
}
