import { PbfReader } from 'pbf';

export type Attributes = Record<string, unknown>;

export interface SeenSpan {
  service: string;
  resource: Attributes;
  scope: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer */
  kind: number;
  attributes: Attributes;
  events: { name: string; attributes: Attributes }[];
  status: { code: number; message: string };
}

export interface SeenPoint {
  service: string;
  name: string;
  type: 'gauge' | 'sum' | 'histogram';
  unit: string;
  attributes: Attributes;
  value: number;
  bounds?: number[];
  counts?: number[];
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Calls `field(tag)` for each field of the message that comes next. */
function message(pbf: PbfReader, field: (tag: number) => void, end = pbf.readVarint() + pbf.pos): void {
  pbf.readFields((tag) => field(tag), undefined, end);
}

function anyValue(pbf: PbfReader): unknown {
  let value: unknown;
  message(pbf, (tag) => {
    if (tag === 1) value = pbf.readString();
    else if (tag === 2) value = pbf.readBoolean();
    else if (tag === 3) value = pbf.readVarint(true);
    else if (tag === 4) value = pbf.readDouble();
    else if (tag === 5) {
      const list: unknown[] = [];
      message(pbf, (inner) => {
        if (inner === 1) list.push(anyValue(pbf));
      });
      value = list;
    }
  });
  return value;
}

function attribute(pbf: PbfReader, into: Attributes): void {
  let key = '';
  let value: unknown;
  message(pbf, (tag) => {
    if (tag === 1) key = pbf.readString();
    else if (tag === 2) value = anyValue(pbf);
  });
  into[key] = value;
}

function resource(pbf: PbfReader): Attributes {
  const attributes: Attributes = {};
  message(pbf, (tag) => {
    if (tag === 1) attribute(pbf, attributes);
  });
  return attributes;
}

/** Walks resource → scope → item; `item` reads one span or metric. */
function walk<T>(
  body: Uint8Array,
  item: (pbf: PbfReader) => T,
): { resource: Attributes; scope: string; item: T }[] {
  const pbf = new PbfReader(body);
  const found: { resource: Attributes; scope: string; item: T }[] = [];
  message(
    pbf,
    (tag) => {
      if (tag !== 1) return;
      const group = { resource: {} as Attributes, items: [] as { scope: string; item: T }[] };
      message(pbf, (inner) => {
        if (inner === 1) group.resource = resource(pbf);
        else if (inner === 2) {
          let scope = '';
          message(pbf, (third) => {
            if (third === 1) {
              message(pbf, (fourth) => {
                if (fourth === 1) scope = pbf.readString();
              });
            } else if (third === 2) group.items.push({ scope, item: item(pbf) });
          });
        }
      });
      for (const entry of group.items) found.push({ resource: group.resource, ...entry });
    },
    body.length,
  );
  return found;
}

export function readSpans(body: Uint8Array): SeenSpan[] {
  const spans = walk(body, (pbf) => {
    const span = {
      traceId: '',
      spanId: '',
      parentSpanId: '',
      name: '',
      kind: 0,
      attributes: {} as Attributes,
      events: [] as SeenSpan['events'],
      status: { code: 0, message: '' },
    };
    message(pbf, (tag) => {
      if (tag === 1) span.traceId = hex(pbf.readBytes());
      else if (tag === 2) span.spanId = hex(pbf.readBytes());
      else if (tag === 4) span.parentSpanId = hex(pbf.readBytes());
      else if (tag === 5) span.name = pbf.readString();
      else if (tag === 6) span.kind = pbf.readVarint();
      else if (tag === 9) attribute(pbf, span.attributes);
      else if (tag === 11) {
        const event = { name: '', attributes: {} as Attributes };
        message(pbf, (inner) => {
          if (inner === 2) event.name = pbf.readString();
          else if (inner === 3) attribute(pbf, event.attributes);
        });
        span.events.push(event);
      } else if (tag === 15) {
        message(pbf, (inner) => {
          if (inner === 2) span.status.message = pbf.readString();
          else if (inner === 3) span.status.code = pbf.readVarint();
        });
      }
    });
    return span;
  });
  return spans.map(({ resource: about, scope, item }) => ({
    ...item,
    scope,
    resource: about,
    service: String(about['service.name']),
  }));
}

export function readPoints(body: Uint8Array): SeenPoint[] {
  type Point = Omit<SeenPoint, 'service' | 'name' | 'type' | 'unit'>;
  const metrics = walk(body, (pbf) => {
    const metric = { name: '', unit: '', type: 'gauge' as SeenPoint['type'], points: [] as Point[] };
    message(pbf, (tag) => {
      if (tag === 1) metric.name = pbf.readString();
      else if (tag === 3) metric.unit = pbf.readString();
      else if (tag === 5 || tag === 7 || tag === 9) {
        metric.type = tag === 5 ? 'gauge' : tag === 7 ? 'sum' : 'histogram';
        message(pbf, (inner) => {
          if (inner === 1) metric.points.push(tag === 9 ? histogramPoint(pbf) : numberPoint(pbf));
        });
      }
    });
    return metric;
  });
  return metrics.flatMap(({ resource: about, item: { name, unit, type, points } }) =>
    points.map((point) => ({ ...point, name, unit, type, service: String(about['service.name']) })),
  );
}

function numberPoint(pbf: PbfReader): { attributes: Attributes; value: number } {
  const point = { attributes: {} as Attributes, value: Number.NaN };
  message(pbf, (tag) => {
    if (tag === 4) point.value = pbf.readDouble();
    else if (tag === 6) point.value = Number(pbf.readSFixed64());
    else if (tag === 7) attribute(pbf, point.attributes);
  });
  return point;
}

function histogramPoint(pbf: PbfReader): {
  attributes: Attributes;
  value: number;
  bounds: number[];
  counts: number[];
} {
  const point = { attributes: {} as Attributes, value: 0, bounds: [] as number[], counts: [] as number[] };
  message(pbf, (tag) => {
    if (tag === 4) point.value = pbf.readFixed64();
    else if (tag === 6) {
      const end = pbf.readVarint() + pbf.pos;
      while (pbf.pos < end) point.counts.push(pbf.readFixed64());
    } else if (tag === 7) {
      const end = pbf.readVarint() + pbf.pos;
      while (pbf.pos < end) point.bounds.push(pbf.readDouble());
    } else if (tag === 9) attribute(pbf, point.attributes);
  });
  return point;
}
