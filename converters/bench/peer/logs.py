"""The benchmark's peer for logs as OTLP protobuf, whose bodies are lines of JSON (see flat.py)."""
import hashlib
import json

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from flat import METHODS, compact, main, schema_of

SEVERITY = {"trace": 1, "debug": 1, "info": 1, "notice": 2, "warn": 3, "error": 4, "fatal": 6}
TEXT = [
    "event_uid", "event_kind", "service", "service_version", "instance", "reporter", "activity_name", "status_code", "message",
    "level", "trace_id", "span_id", "request_id", "user_id", "http_method", "http_url", "http_route", "endpoint", "src_ip",
    "peer_service", "job_id", "error_type", "error_message", "attributes",
]
SCHEMA = schema_of(TEXT)


def rows_of(data):
    for block in ExportLogsServiceRequest.FromString(data).resource_logs:
        for scope in block.scope_logs:
            for record in scope.log_records:
                yield row_of(json.loads(record.body.string_value))


def row_of(line):
    take = line.pop
    time, instance, count = take("time"), take("instance"), take("line")
    service, level = take("service"), take("level")
    row = {
        "time": time,
        "event_uid": hashlib.sha256(f"line\0{instance}\0{count}\0{time}".encode()).hexdigest()[:32],
        "service": service,
        "service_version": take("version", None),
        "instance": instance,
        "reporter": service,
        "level": level,
        "message": take("msg"),
        "trace_id": take("trace_id", None),
        "span_id": take("span_id", None),
        "request_id": take("request_id", None),
        "user_id": take("user_id", None),
        "job_id": take("job_id", None),
    }
    error = take("err", None)
    if error:
        row |= {"error_type": error["type"], "error_message": error["message"], "status_code": error.get("code")}
    if line.get("event") == "http.access":
        take("event")
        method, status = take("method"), take("status")
        path, route = take("path"), take("route", None)
        row |= {
            "event_kind": "http.access",
            "class_uid": 4002,
            "activity_id": METHODS.get(method, 99),
            "activity_name": method.title(),
            "severity_id": 1 if status < 400 else 2 if status < 500 else 4,
            "status_id": 1 if status < 400 else 2,
            "status_code": str(status),
            "duration": take("duration_ms"),
            "http_method": method,
            "http_status": status,
            "http_url": path,
            "http_route": route,
            "endpoint": route or path,
            "src_ip": take("peer", None),
            "peer_service": service,
        }
    else:
        severity = SEVERITY.get(level, 0)
        failed = severity >= 4
        row |= {
            "event_kind": "log",
            "class_uid": 6008 if failed else 0,
            "activity_id": 1 if failed else 99,
            "activity_name": "General Error" if failed else "Log",
            "severity_id": severity,
            "status_id": 2 if failed else None,
        }
    row["category_uid"] = row["class_uid"] // 1000
    row["type_uid"] = row["class_uid"] * 100 + row["activity_id"]
    row["attributes"] = compact(line)
    return row


if __name__ == "__main__":
    main("logs_*.binpb.gz", rows_of, SCHEMA)
