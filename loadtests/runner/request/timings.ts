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

type Moment = 'looked' | 'connected' | 'secured' | 'sent' | 'firstByte' | 'end';

/**
 * ```
 * start ── blocked ──► looked ─ connecting ─► connected ─ tls ─► secured ─ sending ─► sent ─ waiting ─► firstByte ─ receiving ─► end
 * ```
 * A kept connection has no connecting and no TLS part. A failed request ends at the moment it is read.
 */
export class Stopwatch {
  private readonly start = performance.now();
  private readonly moments: Partial<Record<Moment, number>> = {};

  mark(moment: Moment): void {
    this.moments[moment] ??= performance.now();
  }

  follow(socket: Socket): void {
    if (!socket.connecting) {
      this.mark('looked');
      this.mark('connected');
      this.mark('secured');
      return;
    }
    socket.once('lookup', () => this.mark('looked'));
    socket.once('connect', () => this.mark('connected'));
    socket.once('secureConnect', () => this.mark('secured'));
  }

  read(): Timings {
    const now = this.moments.end ?? performance.now();
    const { looked, connected, secured, sent, firstByte } = this.moments;
    const dialEnd = secured ?? connected;
    const ready = dialEnd ?? now;
    const sentAt = Math.max(ready, Math.min(sent ?? now, firstByte ?? now));
    const firstAt = Math.max(sentAt, firstByte ?? now);
    const blocked = (looked ?? connected ?? now) - this.start;
    const sending = sentAt - ready;
    const waiting = firstAt - sentAt;
    const receiving = now - firstAt;
    return {
      blocked,
      connecting: connected !== undefined && looked !== undefined ? connected - looked : 0,
      tls_handshaking: secured !== undefined && connected !== undefined ? secured - connected : 0,
      sending,
      waiting,
      receiving,
      duration: sending + waiting + receiving,
    };
  }
}
