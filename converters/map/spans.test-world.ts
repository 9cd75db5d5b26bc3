import { PbfWriter } from 'pbf';

export const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
export type Value = string | number | boolean | readonly string[] | undefined;
export type Attribute = readonly [name: string, value: Value];
export interface Span {
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly attributes: readonly Attribute[];
  /** Where the name of an attribute is: before its value, behind it as the collector writes, or another one behind it, which counts. */
  readonly names: 'first' | 'last' | 'twice';
  /** Writes other fields behind the attributes, and attributes into the resource. */
  readonly more?: (pbf: PbfWriter) => void;
  readonly resource?: (pbf: PbfWriter) => void;
}

function writeValue(value: Value, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(1, value);
  else if (typeof value === 'boolean') pbf.writeBooleanField(2, value);
  else if (typeof value === 'number' && Number.isInteger(value)) pbf.writeVarintField(3, value);
  else if (typeof value === 'number') pbf.writeDoubleField(4, value);
  else if (value) pbf.writeMessage(5, writeValues, value);
}

function writeValues(values: readonly string[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeValue, value);
}

function writeSpan({ span, n }: { span: Span; n: number }, pbf: PbfWriter): void {
  const id = Buffer.from(String(n).padStart(32, '1'), 'hex');
  pbf.writeBytesField(1, id);
  pbf.writeBytesField(2, id.subarray(8));
  pbf.writeStringField(5, span.name);
  pbf.writeVarintField(6, span.kind);
  for (const field of [7, 8]) {
    pbf.writeTag(field, 1);
    pbf.writeFixed32(0);
    pbf.writeFixed32(418_000_000 + field + n);
  }
  for (const [name, value] of span.attributes)
    pbf.writeMessage(
      9,
      (_, pair) => {
        if (span.names !== 'last') pair.writeStringField(1, name);
        pair.writeMessage(2, writeValue, value);
        if (span.names === 'last') pair.writeStringField(1, name);
        if (span.names === 'twice')
          pair.writeStringField(1, name === 'thread.id' ? 'http.route' : `${name}.${n % 2}`);
      },
      undefined,
    );
  span.more?.(pbf);
  pbf.writeMessage(15, (status, of) => of.writeVarintField(3, status), span.status);
}

export function requestOf(spans: readonly { span: Span; n: number }[]): Uint8Array {
  const request = new PbfWriter();
  request.writeMessage(
    1,
    (of, resource) => {
      resource.writeMessage(
        2,
        (all, scope) => {
          for (const one of all) scope.writeMessage(2, writeSpan, one);
        },
        of,
      );
      resource.writeMessage(1, (first, attributes) => first?.resource?.(attributes), of[0]?.span);
    },
    spans,
  );
  return request.finish();
}
