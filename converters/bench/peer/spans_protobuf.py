"""The benchmark's peer for spans as OTLP protobuf (see flat.py)."""
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from flat import main
from spans import SCHEMA, row_of


def value_of(any_value):
    kind = any_value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(item) for item in any_value.array_value.values]
    return getattr(any_value, kind) if kind else None


def dict_of(pairs):
    return {pair.key: value_of(pair.value) for pair in pairs}


def rows_of(data):
    for block in ExportTraceServiceRequest.FromString(data).resource_spans:
        resource = dict_of(block.resource.attributes)
        for scope in block.scope_spans:
            for span in scope.spans:
                yield row_of(
                    resource, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), span.name, span.kind,
                    span.status.code, span.start_time_unix_nano, span.end_time_unix_nano, dict_of(span.attributes),
                )  # fmt: skip


if __name__ == "__main__":
    main("traces_*.binpb.gz", rows_of, SCHEMA)
