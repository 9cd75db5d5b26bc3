"""The peer of the benchmark: OTLP spans to one flat OCSF Parquet file, as people write it with pandas and pyarrow.

usage: spans_to_parquet.py RAW_FOLDER OUTPUT.parquet

It reads every traces_*.binpb.gz below RAW_FOLDER, makes one row a span with the flat columns that spans fill, drops what is there twice,
sorts by (time, event_uid) and writes zstd. Prints a JSON object: rows, seconds, cpu_seconds, peak_rss_bytes.
"""
import gzip
import hashlib
import json
import re
import resource
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"]
METHODS = {"CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6, "PUT": 7, "TRACE": 8, "PATCH": 9}
CATEGORY = {3002: 3, 4002: 4, 6003: 6, 6005: 6}
REDIS = [
    (re.compile(r"^(connect|auth|hello|select|client|ping|info)"), (3, "Connect")),
    (re.compile(r"^(get|mget|hget|exists|ttl|lrange|smembers)"), (1, "Read")),
    (re.compile(r"^(del|unlink|flushdb|flushall|hdel)"), (8, "Delete")),
    (re.compile(r"^(set|mset|psetex|hset|lpush|rpush|sadd|zadd)"), (5, "Write")),
]
SQL = {"SELECT": (4, "Query"), "INSERT": (5, "Write"), "UPDATE": (2, "Update"), "DELETE": (8, "Delete")}
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|TABLE|JOIN)\s+(\w+)", re.I)
OF_RESOURCE = ("service.name", "service.version", "service.instance.id", "deployment.environment.name")

INT32 = ["class_uid", "category_uid", "activity_id", "severity_id", "status_id", "http_status", "peer_port"]
INT64 = ["time", "type_uid"]
TEXT = [
    "event_uid", "event_kind", "service", "service_version", "instance", "reporter", "activity_name", "status_code", "message",
    "trace_id", "span_id", "parent_span_id", "span_kind", "span_name", "request_id", "user_id", "http_method", "http_url",
    "http_route", "endpoint", "src_ip", "peer_host", "db_system", "db_name", "db_operation", "db_table", "db_query", "attributes",
]
SCHEMA = pa.schema(
    [(name, pa.int64()) for name in INT64]
    + [(name, pa.int32()) for name in INT32]
    + [("duration", pa.float64())]
    + [(name, pa.string()) for name in TEXT]
)


def value_of(any_value):
    kind = any_value.WhichOneof("value")
    if kind == "array_value":
        return [value_of(item) for item in any_value.array_value.values]
    return getattr(any_value, kind) if kind else None


def rows_of(request):
    for block in request.resource_spans:
        resource = {pair.key: value_of(pair.value) for pair in block.resource.attributes}
        service, version, instance = (resource.get(name) for name in OF_RESOURCE[:3])
        for scope in block.scope_spans:
            for span in scope.spans:
                attributes = {pair.key: value_of(pair.value) for pair in span.attributes}
                yield row_of(span, attributes, service, version, instance)


def row_of(span, attributes, service, version, instance):
    take = attributes.pop
    trace_id, span_id = span.trace_id.hex(), span.span_id.hex()
    start = span.start_time_unix_nano
    request_id = take("http.request.header.x_request_id", None)
    row = {
        "time": start // 1_000_000,
        "event_uid": hashlib.sha256(f"span\0{trace_id}\0{span_id}\0{start}".encode()).hexdigest()[:32],
        "service": service,
        "service_version": version,
        "instance": instance,
        "reporter": service,
        "severity_id": 4 if span.status.code == 2 else 1,
        "status_id": 2 if span.status.code == 2 else 1,
        "message": span.name,
        "duration": (span.end_time_unix_nano - start) / 1e6,
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": span.parent_span_id.hex() or None,
        "span_kind": KINDS[span.kind],
        "span_name": span.name,
        "request_id": request_id[0] if request_id else None,
    }
    if "http.request.method" in attributes:
        method, path = take("http.request.method"), take("url.path", None)
        status, route = take("http.response.status_code", None), take("http.route", None)
        server = span.kind == 2
        client, host = take("client.address", None), take("server.address", None)
        peer = take("network.peer.address", None)
        for name in ("url.scheme", "network.protocol.version", "user_agent.original", "network.peer.port"):
            take(name, None)
        row |= {
            "event_kind": "http.server" if server else "http.client",
            "class_uid": 4002,
            "activity_id": METHODS.get(method, 99),
            "activity_name": method.title(),
            "http_method": method,
            "http_url": take("url.full", None) or path,
            "http_route": route,
            "http_status": status,
            "status_code": str(status) if status is not None else None,
            "endpoint": route or path,
            "src_ip": (client or peer) if server else None,
            "peer_host": None if server else host,
            "peer_port": take("server.port", None),
        }
    elif "db.system.name" in attributes:
        system, query = take("db.system.name"), take("db.query.text", None)
        host, port, space = take("server.address", None), take("server.port", None), take("db.namespace", None)
        declared = take("db.operation.name", None)
        table = None
        if system == "redis":
            activity = next((found for pattern, found in REDIS if pattern.match(declared or "")), (99, "Other"))
            operation = (declared or "").upper()
        else:
            operation = (query or "UNKNOWN").split(" ", 1)[0].upper()
            activity = SQL.get(operation, (99, "Other"))
            found = TABLE.search(query or "")
            table = found.group(1) if found else None
        row |= {
            "event_kind": "redis.op" if system == "redis" else "db.query",
            "class_uid": 6005,
            "activity_id": activity[0],
            "activity_name": activity[1],
            "db_system": system,
            "db_name": f"redis/{space or 0}" if system == "redis" else space,
            "db_operation": operation,
            "db_table": table,
            "db_query": query,
            "peer_host": host,
            "peer_port": port,
            "endpoint": operation,
        }
    elif span.name in ("auth.login", "auth.validate"):
        take("auth.outcome", None)
        row |= {
            "event_kind": span.name,
            "class_uid": 3002,
            "activity_id": 1 if span.name == "auth.login" else 99,
            "activity_name": "Logon" if span.name == "auth.login" else "Validate Token",
            "user_id": take("enduser.id", None),
            "endpoint": span.name,
        }
    else:
        row |= {"event_kind": "internal", "class_uid": 6003, "activity_id": 99, "activity_name": "Other", "endpoint": span.name}
    row["category_uid"] = CATEGORY[row["class_uid"]]
    row["type_uid"] = row["class_uid"] * 100 + row["activity_id"]
    row["attributes"] = json.dumps(attributes, sort_keys=True, separators=(",", ":")) if attributes else None
    return row


def frame_of(rows):
    frame = pd.DataFrame(rows, columns=SCHEMA.names)
    return frame.astype({name: "Int32" for name in INT32})


def main(raw, output):
    began, cpu = time.perf_counter(), time.process_time()
    frames = []
    for path in sorted(Path(raw).rglob("traces_*.binpb.gz")):
        request = ExportTraceServiceRequest.FromString(gzip.decompress(path.read_bytes()))
        frames.append(frame_of(list(rows_of(request))))
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.drop_duplicates("event_uid").sort_values(["time", "event_uid"], kind="stable")
    table = pa.Table.from_pandas(frame, schema=SCHEMA, preserve_index=False)
    pq.write_table(table, output, compression="zstd", row_group_size=100_000)
    print(
        json.dumps(
            {
                "rows": len(frame),
                "seconds": time.perf_counter() - began,
                "cpu_seconds": time.process_time() - cpu,
                "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
