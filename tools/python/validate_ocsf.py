#!/usr/bin/env python3
"""Validates OCSF 1.8.0 events, independently of the TypeScript code.

usage: validate_ocsf.py [--reference] [--limit N] [FILE ...]

FILE is NDJSON (one event a line) or one JSON event; without FILE, NDJSON is read from standard input.
Each event is checked against the JSON Schema of its class and profiles, and for what that schema cannot say:
type_uid = class_uid * 100 + activity_id, captions that belong to their ids, times in epoch milliseconds,
profile names that exist, and metadata.version.

Bad events go to standard output, one line each (at most --limit); the last line is a JSON summary:
{"checked": 9, "failed": 0, "classes": {"4002": 9}}.
Exit status: 0 all valid, 1 some invalid or none read, 2 wrong usage.

--reference validates with `jsonschema`, the reference implementation in Python; otherwise `jsonschema_rs` decides and
the reference words the messages (and a disagreement between the two is an error of its own).
"""
import argparse
import json
import sys
from collections import Counter

import jsonschema_rs
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
EARLIEST_MS, LATEST_MS = 10**12, 10**14  # 2001 … 5138: outside, the unit is not milliseconds
TIMES = ("time", "start_time", "end_time")
OTHER = 99  # with this id the caption is free text; a type_uid ends with its activity_id


class Rules:
    """Everything to check for one class with one set of profiles."""

    def __init__(self, raw, schemas, class_uid, profiles, reference):
        name = schemas.lookup_class_name_from_uid(class_uid)
        schema = schemas.get_class_schema(name, list(profiles))
        self.slow = Draft202012Validator(schema)
        self.fast = None if reference else jsonschema_rs.Draft202012Validator(schema)
        # (id attribute, caption attribute, {id: caption}) as the schema's source declares them
        self.captions = [
            (attribute, declared["sibling"], {int(k): v["caption"] for k, v in declared["enum"].items()})
            for attribute, declared in raw["classes"][name]["attributes"].items()
            if "sibling" in declared and declared.get("type") in ("integer_t", "long_t") and "enum" in declared
        ]

    def schema_problems(self, event):
        if self.fast is not None and self.fast.is_valid(event):
            return []
        found = []
        for error in self.slow.iter_errors(event):
            where = "/".join(map(str, error.absolute_path)) or "(event)"
            found.append(f"{where}: {shorten(error.message)}")
        if self.fast is not None and not found:
            found.append("(event): jsonschema_rs rejects it, jsonschema accepts it")
        return found

    def caption_problems(self, event):
        for attribute, sibling, captions in self.captions:
            caption, number = event.get(sibling), event.get(attribute)
            if caption is None or (is_integer(number) and number % 100 == OTHER):
                continue
            if number is None:
                yield f"{sibling} {caption!r} without {attribute}"
            elif captions.get(number, caption) != caption:
                yield f"{sibling} {caption!r} does not belong to {attribute} {number} ({captions[number]!r})"


class Checker:
    def __init__(self, reference=False):
        self.raw = get_ocsf_schema(version=VERSION)
        self.schemas = OcsfJsonSchemaEmbedded(self.raw)
        self.known_profiles = frozenset(self.raw["profiles"])
        self.known_classes = frozenset(c["uid"] for c in self.raw["classes"].values() if "uid" in c)
        self.reference = reference
        self.rules = {}

    def problems(self, event):
        """What is wrong with the event, as a list of texts; empty when it is valid."""
        if not isinstance(event, dict):
            return [f"an event is an object, got {type(event).__name__}"]
        class_uid = event.get("class_uid")
        if not is_integer(class_uid) or class_uid not in self.known_classes:
            return [f"class_uid must be a class of OCSF {VERSION}, got {class_uid!r}"]
        metadata = event.get("metadata")
        if not isinstance(metadata, dict):
            return ["metadata is missing or not an object"]
        profiles = metadata.get("profiles", [])
        if not isinstance(profiles, list) or not all(isinstance(p, str) for p in profiles):
            return ["metadata.profiles must be a list of names"]

        found = [f"profile {p!r} does not exist" for p in profiles if p not in self.known_profiles]
        if metadata.get("version") != VERSION:
            found.append(f"metadata.version must be {VERSION!r}, got {metadata.get('version')!r}")
        activity_id = event.get("activity_id")
        if not is_integer(activity_id) or event.get("type_uid") != class_uid * 100 + activity_id:
            found.append(
                f"type_uid must be class_uid * 100 + activity_id, got {event.get('type_uid')!r} "
                f"for class_uid {class_uid} and activity_id {activity_id!r}"
            )
        for name in TIMES:
            value = event.get(name)
            if value is None and name != "time":
                continue
            if not is_integer(value) or not EARLIEST_MS < value < LATEST_MS:
                found.append(f"{name} must be epoch milliseconds, got {value!r}")
        if found:
            return found  # a schema chosen by wrong profiles would only add noise

        key = (class_uid, tuple(sorted(profiles)))
        rules = self.rules.get(key)
        if rules is None:
            rules = self.rules[key] = Rules(self.raw, self.schemas, *key, self.reference)
        return rules.schema_problems(event) + list(rules.caption_problems(event))


def shorten(message):
    """A message starts with the value, however long, and ends with the rule: keep both ends."""
    return message if len(message) <= 200 else f"{message[:80]} … {message[-110:]}"


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def refuse_constant(text):
    raise ValueError(f"{text} is not JSON")


def parse(text):
    return json.loads(text, parse_constant=refuse_constant)


def events(path):
    """(line number, event or error text) of a file, or of standard input for `-`."""
    stream = sys.stdin.buffer if path == "-" else open(path, "rb")
    with stream:
        first = stream.readline()
        try:
            head = parse(first) if first.strip() else None
        except ValueError:
            # not NDJSON: one event over many lines, or broken
            text = first + stream.read()
            try:
                yield 1, parse(text)
            except ValueError as error:
                yield 1, f"not JSON: {error}"
            return
        if head is not None:
            yield 1, head
        for number, line in enumerate(stream, 2):
            if not line.strip():
                continue
            try:
                yield number, parse(line)
            except ValueError as error:
                yield number, f"not JSON: {error}"


def main(argv):
    parser = argparse.ArgumentParser(description="Validates OCSF events.")
    parser.add_argument("--reference", action="store_true", help="use the slow reference validator only")
    parser.add_argument("--limit", type=int, default=50, help="print at most this many bad events")
    parser.add_argument("files", nargs="*", help="NDJSON or one event; none: standard input")
    options = parser.parse_args(argv)

    checker = Checker(options.reference)
    classes = Counter()
    checked = failed = 0
    for path in options.files or ["-"]:
        for number, event in events(path):
            checked += 1
            found = [event] if isinstance(event, str) else checker.problems(event)
            if isinstance(event, dict):
                classes[str(event.get("class_uid"))] += 1
            if found:
                failed += 1
                if failed <= options.limit:
                    print(f"{path}:{number}: " + "; ".join(found[:4]))
    print(json.dumps({"checked": checked, "failed": failed, "classes": dict(sorted(classes.items()))}))
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
