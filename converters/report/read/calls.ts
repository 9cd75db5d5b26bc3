import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';
import { compareKeys } from '../../store/keys.ts';
import { SERVED_KINDS } from './golden.ts';
import { kept, keptOf } from './kept.ts';
import { failuresIn, OUTCOME_COLUMNS } from './outcome.ts';

/** Who calls whom, and how often. */
export interface Call {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly failed: number;
}

/** Stands for all that call from outside. */
export const CLIENTS = 'clients';

interface Tally {
  calls: number;
  failed: number;
}

/** What a span says of the other side. */
interface Peer {
  readonly from: string;
  readonly service: string | undefined;
  readonly port: number | null;
  readonly system: string | undefined;
}

const CALLS = new Set(['http.client', 'rpc.client', 'faas.invoke', 'redis.op', 'db.query']);
const PUBLISHED = new Set(['queue.publish']);
const TAKEN = new Set(['queue.job', 'queue.receive']);

/** The edges of the service map, from the spans of the callers, and for queues and clients of those that were called. */
export class CallsSide implements Side {
  readonly columns = [
    ...['service', 'parent_span_id', 'peer_service', 'peer_port', ...OUTCOME_COLUMNS],
    ...['db_system', 'db_operation', 'queue'],
  ];
  /** Port → who listens there, as its own server spans say. */
  readonly #ports = new Map<number, string>();
  readonly #peers = new Map<string, { peer: Peer; tally: Tally }>();
  readonly #edges = new Map<string, { from: string; to: string; tally: Tally }>();
  /** Calls between others than those that are kept. */
  others = 0;

  add(group: RowGroup): void {
    const of = Object.fromEntries(this.columns.map((name) => [name, group.column(name)]));
    const failedAt = failuresIn(group);
    const cell = (name: string, i: number): unknown => of[name]?.[i] ?? null;
    for (let i = 0; i < group.rows; i++) {
      const kind = String(cell('event_kind', i));
      const service = textAt(of.service ?? [], i) ?? '(no service)';
      const failed = failedAt(i);
      const port = cell('peer_port', i) as number | null;
      const queue = textAt(of.queue ?? [], i) ?? '(no name)';
      if (kind === 'http.server' || kind === 'rpc.server') {
        if (port !== null) this.#ports.set(port, service);
        if (cell('parent_span_id', i) === null) this.#edge(CLIENTS, service, failed);
      } else if (PUBLISHED.has(kind)) this.#edge(service, queueName(queue), failed);
      else if (TAKEN.has(kind)) this.#edge(queueName(queue), service, failed);
      else if (kind === 'db.query' && cell('db_operation', i) === null)
        continue; // taking a connection asks nothing
      else if (CALLS.has(kind)) {
        const system = textAt(of.db_system ?? [], i);
        this.#peer({ from: service, service: textAt(of.peer_service ?? [], i), port, system }, failed);
      } else if (SERVED_KINDS.has(kind) && cell('parent_span_id', i) === null)
        this.#edge(CLIENTS, service, failed);
    }
  }

  #edge(from: string, to: string, failed: boolean): void {
    const key = JSON.stringify([from, to]);
    const edge = keptOf(this.#edges, key, () => ({ from, to, tally: { calls: 0, failed: 0 } }));
    this.#count(edge?.tally, failed);
  }

  #peer(peer: Peer, failed: boolean): void {
    const key = JSON.stringify(Object.values(peer));
    const found = keptOf(this.#peers, key, () => ({ peer, tally: { calls: 0, failed: 0 } }));
    this.#count(found?.tally, failed);
  }

  #count(tally: Tally | undefined, failed: boolean): void {
    if (!tally) {
      this.others += 1;
      return;
    }
    tally.calls += 1;
    if (failed) tally.failed += 1;
  }

  /** The most used first. */
  calls(): Call[] {
    const edges = new Map(
      [...this.#edges].map(([key, { from, to, tally }]) => [key, { from, to, ...tally }]),
    );
    for (const { peer, tally } of this.#peers.values()) {
      const to = this.#nameOf(peer);
      const edge = kept(edges, JSON.stringify([peer.from, to]), () => ({
        from: peer.from,
        to,
        calls: 0,
        failed: 0,
      }));
      edge.calls += tally.calls;
      edge.failed += tally.failed;
    }
    return [...edges.values()].sort(
      (a, b) => b.calls - a.calls || compareKeys(`${a.from} ${a.to}`, `${b.from} ${b.to}`),
    );
  }

  /** A store is known by its system and port: that is what its callers know of it. */
  #nameOf({ service, port, system }: Peer): string {
    const listener = port === null ? undefined : this.#ports.get(port);
    const place = port === null ? '' : ` :${port}`;
    return service ?? listener ?? `${system ?? 'unknown'}${place}`;
  }
}

const queueName = (queue: string): string => `queue ${queue}`;
