#!/usr/bin/env python3
"""Writes generated/ocsf-1.8.0.json: the JSON Schemas of our classes, as small as they can be.

usage: python3 converters/ocsf/generate.py          (pip install ocsf-json-schema==1.2.0; works offline)

Schema text that cannot change a verdict (titles, descriptions, formats) is left out, and definitions that several classes
share are written once, under the hash of their content.
"""
import hashlib
import json
import pathlib
import re

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
CLASSES = {
    0: ["host"],
    1007: ["host"],
    3002: ["host"],
    4002: ["host", "trace"],
    6002: ["host"],
    6003: ["host", "trace"],
    6005: ["host"],
    6008: ["host"],
}
TEXT = {"title", "description", "$id", "$schema", "examples", "deprecated", "$comment"}


def stripped(node, inside_properties=False):
    if isinstance(node, dict):
        return {
            key: stripped(value, key in ("properties", "$defs") and not inside_properties)
            for key, value in node.items()
            if inside_properties or key not in TEXT
        }
    return [stripped(item) for item in node] if isinstance(node, list) else node


def names_used(node):
    return set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(node)))


def main():
    source = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    definitions, classes = {}, {}
    for uid, profiles in CLASSES.items():
        schema = stripped(source.get_class_schema(source.lookup_class_name_from_uid(uid), profiles))
        local = schema.pop("$defs", {})
        # The definitions differ by profile: each closure is named by the hash of all that it reaches.
        renamed = {}
        for name in local:
            reached, todo = set(), [name]
            while todo:
                at = todo.pop()
                if at not in reached:
                    reached.add(at)
                    todo.extend(names_used(local[at]))
            content = json.dumps({key: local[key] for key in sorted(reached)}, sort_keys=True)
            renamed[name] = f"{name}.{hashlib.sha256(content.encode()).hexdigest()[:6]}"

        def relinked(node):
            text = json.dumps(node)
            return json.loads(re.sub(r'"#/\$defs/([^"]+)"', lambda m: f'"#/$defs/{renamed[m[1]]}"', text))

        for name, node in local.items():
            definitions[renamed[name]] = relinked(node)
        classes[str(uid)] = {"profiles": profiles, "schema": relinked(schema)}
    document = {
        "generated": f"by converters/ocsf/generate.py from the PyPI package ocsf-json-schema 1.2.0 (OCSF {VERSION}); do not edit",
        "version": VERSION,
        "classes": classes,
        "$defs": {key: definitions[key] for key in sorted(definitions)},
    }
    target = pathlib.Path(__file__).parent / "generated" / f"ocsf-{VERSION}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
