import { PbfWriter } from 'pbf';

/** A span as the raw objects have it. */
export interface RawSpan {
  service: string;
  request_id: string;
  /** Start, epoch ms. */
  time: number;
  /** As OTLP numbers them: 2 is SERVER. */
  kind: number;
}

const noFields = () => undefined;

/** LogsData with the fields in the order of their numbers. */
export function logsData({ bodies, time }: { bodies: readonly string[]; time: number }): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_, resourceLogs) => {
      resourceLogs.writeMessage(1, noFields, undefined);
      resourceLogs.writeMessage(
        2,
        (_, scopeLogs) => {
          for (const body of bodies) {
            scopeLogs.writeMessage(
              2,
              (_, record) => {
                record.writeFixed64Field(1, time * 1e6);
                record.writeMessage(5, (_, value) => value.writeStringField(1, body), undefined);
                record.writeMessage(6, attribute('log.file.name', 'web-api-1.log'), undefined);
              },
              undefined,
            );
          }
        },
        undefined,
      );
    },
    undefined,
  );
  return pbf.finish();
}

/** TracesData as the collector writes it: from the last field to the first. */
export function tracesData(spans: readonly RawSpan[]): Uint8Array {
  const pbf = new PbfWriter();
  for (const { service, request_id, time, kind } of spans) {
    pbf.writeMessage(
      1,
      (_, resourceSpans) => {
        resourceSpans.writeMessage(
          2,
          (_, scopeSpans) => {
            scopeSpans.writeMessage(
              2,
              (_, span) => {
                span.writeMessage(9, attribute('http.request.header.x_request_id', [request_id]), undefined);
                span.writeMessage(9, attribute('http.route', '/api'), undefined);
                span.writeFixed64Field(8, (time + 20) * 1e6);
                span.writeFixed64Field(7, time * 1e6);
                span.writeVarintField(6, kind);
                span.writeBytesField(1, new Uint8Array(16));
              },
              undefined,
            );
          },
          undefined,
        );
        resourceSpans.writeMessage(
          1,
          (_, resource) => resource.writeMessage(1, attribute('service.name', service), undefined),
          undefined,
        );
      },
      undefined,
    );
  }
  return pbf.finish();
}

const attribute = (key: string, value: string | string[]) => (_: unknown, pbf: PbfWriter) => {
  pbf.writeStringField(1, key);
  pbf.writeMessage(
    2,
    (_, any) => {
      if (typeof value === 'string') any.writeStringField(1, value);
      else {
        any.writeMessage(
          5,
          (_, array) => {
            for (const item of value)
              array.writeMessage(1, (_, inner) => inner.writeStringField(1, item), undefined);
          },
          undefined,
        );
      }
    },
    undefined,
  );
};
