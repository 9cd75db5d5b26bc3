"""One flat row a span, whichever way it was read."""
import hashlib
import re

from flat import INT32, METHODS, compact, schema_of

KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"]
CATEGORY = {3002: 3, 4002: 4, 6003: 6, 6005: 6}
REDIS = [
    (re.compile(r"^(connect|auth|hello|select|client|ping|info)"), (3, "Connect")),
    (re.compile(r"^(get|mget|hget|exists|ttl|lrange|smembers)"), (1, "Read")),
    (re.compile(r"^(del|unlink|flushdb|flushall|hdel)"), (8, "Delete")),
    (re.compile(r"^(set|mset|psetex|hset|lpush|rpush|sadd|zadd)"), (5, "Write")),
]
SQL = {"SELECT": (4, "Query"), "INSERT": (5, "Write"), "UPDATE": (2, "Update"), "DELETE": (8, "Delete")}
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|TABLE|JOIN)\s+(\w+)", re.I)
TEXT = [
    "event_uid", "event_kind", "service", "service_version", "instance", "reporter", "activity_name", "status_code", "message",
    "trace_id", "span_id", "parent_span_id", "span_kind", "span_name", "request_id", "user_id", "http_method", "http_url",
    "http_route", "endpoint", "src_ip", "peer_host", "db_system", "db_name", "db_operation", "db_table", "db_query", "attributes",
]
SCHEMA = schema_of(TEXT, [*INT32, "peer_port"])


def row_of(resource, trace_id, span_id, parent_span_id, name, kind, status, start, end, attributes):
    """resource: its attributes; ids in hex; start and end: epoch ns; attributes: those without a column stay in it."""
    take = attributes.pop
    service = resource.get("service.name")
    request_id = take("http.request.header.x_request_id", None)
    row = {
        "time": start // 1_000_000,
        "event_uid": hashlib.sha256(f"span\0{trace_id}\0{span_id}\0{start}".encode()).hexdigest()[:32],
        "service": service,
        "service_version": resource.get("service.version"),
        "instance": resource.get("service.instance.id"),
        "reporter": service,
        "severity_id": 4 if status == 2 else 1,
        "status_id": 2 if status == 2 else 1,
        "message": name,
        "duration": (end - start) / 1e6,
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": parent_span_id or None,
        "span_kind": KINDS[kind],
        "span_name": name,
        "request_id": request_id[0] if request_id else None,
    }
    if "http.request.method" in attributes:
        method, path = take("http.request.method"), take("url.path", None)
        status, route = take("http.response.status_code", None), take("http.route", None)
        server = kind == 2
        client, host = take("client.address", None), take("server.address", None)
        peer = take("network.peer.address", None)
        for known in ("url.scheme", "network.protocol.version", "user_agent.original", "network.peer.port"):
            take(known, None)
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
    elif name in ("auth.login", "auth.validate"):
        take("auth.outcome", None)
        row |= {
            "event_kind": name,
            "class_uid": 3002,
            "activity_id": 1 if name == "auth.login" else 99,
            "activity_name": "Logon" if name == "auth.login" else "Validate Token",
            "user_id": take("enduser.id", None),
            "endpoint": name,
        }
    else:
        row |= {"event_kind": "internal", "class_uid": 6003, "activity_id": 99, "activity_name": "Other", "endpoint": name}
    row["category_uid"] = CATEGORY[row["class_uid"]]
    row["type_uid"] = row["class_uid"] * 100 + row["activity_id"]
    row["attributes"] = compact(attributes)
    return row
