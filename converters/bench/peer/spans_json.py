"""The benchmark's peer for spans as OTLP JSON (see flat.py)."""
import json

from flat import main
from spans import SCHEMA, row_of


def value_of(any_value):
    for kind, value in any_value.items():
        if kind == "intValue":
            return int(value)
        if kind == "arrayValue":
            return [value_of(item) for item in value["values"]]
        return value
    return None


def dict_of(pairs):
    return {pair["key"]: value_of(pair["value"]) for pair in pairs}


def rows_of(data):
    for block in json.loads(data)["resourceSpans"]:
        resource = dict_of(block["resource"]["attributes"])
        for scope in block["scopeSpans"]:
            for span in scope["spans"]:
                yield row_of(
                    resource, span["traceId"], span["spanId"], span.get("parentSpanId"), span["name"], span["kind"],
                    span["status"].get("code"), int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]),
                    dict_of(span["attributes"]),
                )  # fmt: skip


if __name__ == "__main__":
    main("traces_*.json.gz", rows_of, SCHEMA)
