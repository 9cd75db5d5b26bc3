"""Validates a croissant.json as `mlcroissant validate` does, and loads all records of each record set.

Prints one JSON document: {"errors": [...], "warnings": [...], "record_sets": {id: {"records": n, "first": {field: value}}}}.
Exit code 1 where it is not valid, or a record set cannot be read.
"""

import json
import sys

import mlcroissant as mlc


def plain(value):
    """Texts come as bytes."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def records_of(dataset, record_set):
    count, first = 0, None
    for record in dataset.records(record_set.uuid):
        count += 1
        first = first or {field.split("/", 1)[1]: plain(value) for field, value in record.items()}
    return {"records": count, "first": first}


def main(path):
    try:
        dataset = mlc.Dataset(path)
    except mlc.ValidationError as error:
        print(json.dumps({"errors": [str(error)], "warnings": [], "record_sets": {}}))
        return 1
    issues = dataset.metadata.ctx.issues
    read = {one.uuid: records_of(dataset, one) for one in dataset.metadata.record_sets}
    report = {"errors": sorted(issues.errors), "warnings": sorted(issues.warnings), "record_sets": read}
    print(json.dumps(report, default=str))
    return 1 if issues.errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
