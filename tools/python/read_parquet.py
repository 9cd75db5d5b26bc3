#!/usr/bin/env python3
"""Reads every Parquet file of a dataset with pyarrow, DuckDB and Polars, independently of the code that wrote it.

usage: read_parquet.py [--columns] FOLDER_OR_FILE      compare the three readers, print JSON
       read_parquet.py --events FOLDER [--class NAME]  print the nested OCSF events as NDJSON

Compare: for each file the row count and, for each column, the null count and a checksum over every value in row order
must be the same from all three. Output:
{"files": {"ocsf_logs.parquet": {"rows": 9, "columns": 40}}, "differences": []}
and with --columns "columns" is {"time": {"type": "int64", "nulls": 0, "checksum": "…"}}.
Exit status: 0 all agree, 1 differences or nothing to read, 2 wrong usage.

Events: reads FOLDER/ocsf/<class>/**/*.parquet, leaves nulls out, and parses the columns that hold JSON text, so that the
output is what validate_ocsf.py takes.
"""
import argparse
import hashlib
import json
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# OCSF attributes without a fixed shape: `unmapped`, and `data` of resources, enrichments and query_info
JSON_TEXT = frozenset(["unmapped", "data"])


# One column at a time, so that memory is bounded by the widest column.

def with_pyarrow(path, column):
    return pq.ParquetFile(path).read(columns=[column]).column(column)


def with_duckdb(path, column):
    quoted = '"' + column.replace('"', '""') + '"'
    query = f"SELECT {quoted} FROM read_parquet(?, hive_partitioning=false)"
    return duckdb.sql(query, params=[str(path)]).to_arrow_table().column(0)


def with_polars(path, column):
    return polars.read_parquet(path, columns=[column], hive_partitioning=False).to_arrow().column(0)


READERS = {"pyarrow": with_pyarrow, "duckdb": with_duckdb, "polars": with_polars}


def count_rows(path):
    return {
        "pyarrow": pq.ParquetFile(path).metadata.num_rows,
        "duckdb": duckdb.sql("SELECT count(*) FROM read_parquet(?)", params=[str(path)]).fetchall()[0][0],
        "polars": polars.scan_parquet(path).select(polars.len()).collect().item(),
    }


def checksum(values):
    """Hash over every value of an Arrow column in order, the same for any chunking and any spelling of its type."""
    digest = hashlib.sha256()
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    feed(digest, pa.concat_arrays(chunks) if chunks else pa.array([], values.type))
    return digest.hexdigest()[:16]


def feed(digest, array):
    kind = array.type
    if pa.types.is_dictionary(kind):
        return feed(digest, array.dictionary_decode())
    digest.update(bytes_of(pc.cast(array.is_valid(), pa.int8())))
    if pa.types.is_struct(kind):
        for index, child in sorted(enumerate(array.flatten()), key=lambda pair: kind.field(pair[0]).name):
            digest.update(kind.field(index).name.encode())
            feed(digest, child)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        digest.update(bytes_of(pc.cast(pc.fill_null(pc.list_value_length(array), 0), pa.int64())))
        feed(digest, array.flatten())
    elif is_text(kind):
        array = pc.cast(pc.cast(array, pa.large_string() if is_string(kind) else pa.large_binary()), pa.large_binary())
        digest.update(bytes_of(pc.cast(pc.fill_null(pc.binary_length(array), 0), pa.int64())))
        digest.update(text_of(array.drop_null()))
    elif pa.types.is_floating(kind):
        digest.update(bytes_of(pc.fill_null(pc.cast(array, pa.float64()), 0.0)))
    elif pa.types.is_timestamp(kind):
        digest.update(bytes_of(pc.fill_null(pc.cast(pc.cast(array, pa.timestamp("ns")), pa.int64()), 0)))
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        digest.update(bytes_of(pc.fill_null(pc.cast(array, pa.int64()), 0)))
    elif not pa.types.is_null(kind):
        raise TypeError(f"no checksum for the type {kind}")
    return None


def is_string(kind):
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def is_text(kind):
    return is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)


def bytes_of(array):
    """Value buffer of an array of fixed width without nulls."""
    width = array.type.bit_width // 8
    data = array.buffers()[1]
    return memoryview(data)[array.offset * width : (array.offset + len(array)) * width] if data else b""


def text_of(array):
    """Value bytes of a large_binary array without nulls."""
    if len(array) == 0:
        return b""
    _, offsets, data = array.buffers()
    ends = memoryview(offsets).cast("B").cast("q")
    return memoryview(data)[ends[array.offset] : ends[array.offset + len(array)]] if data else b""


def compare(path):
    """(facts about the file, list of differences)"""
    rows = count_rows(path)
    differences = [] if len(set(rows.values())) == 1 else [f"row counts differ: {rows}"]
    columns = {}
    for field in pq.ParquetFile(path).schema_arrow:
        seen = {}
        for reader, read in READERS.items():
            values = read(path, field.name)
            seen[reader] = (len(values), values.null_count, checksum(values))
        columns[field.name] = {
            "type": str(field.type) if not pa.types.is_nested(field.type) else "nested",
            "nulls": seen["pyarrow"][1],
            "checksum": seen["pyarrow"][2],
        }
        if len(set(seen.values())) != 1:
            differences.append(f"column {field.name} differs (rows, nulls, checksum): {seen}")
    return {"rows": rows["pyarrow"], "columns": columns}, differences


def compare_all(target, with_columns):
    paths = [target] if target.is_file() else sorted(target.rglob("*.parquet"))
    base = target.parent if target.is_file() else target
    files, differences = {}, []
    for path in paths:
        name = path.relative_to(base).as_posix()
        try:
            facts, found = compare(path)
        except Exception as error:  # whatever a reader throws at a bad file is the finding
            differences.append(f"{name}: {type(error).__name__}: {error}")
            continue
        files[name] = facts if with_columns else {**facts, "columns": len(facts["columns"])}
        differences += [f"{name}: {text}" for text in found]
    print(json.dumps({"files": files, "differences": differences}, indent=1))
    return 1 if differences or not files else 0


def event_of(value, name=""):
    """An event as JSON had it: no nulls, JSON text parsed."""
    if isinstance(value, dict):
        return {key: event_of(inner, key) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [event_of(inner) for inner in value]
    return json.loads(value) if name in JSON_TEXT and isinstance(value, str) else value


def print_events(folder, only):
    printed = 0
    for path in sorted((folder / "ocsf").glob(f"{only or '*'}/**/*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(batch_size=10_000):
            for row in batch.to_pylist():
                sys.stdout.write(json.dumps(event_of(row), ensure_ascii=False) + "\n")
                printed += 1
    return 0 if printed else 1


def main(argv):
    parser = argparse.ArgumentParser(description="Reads the Parquet files of a dataset.")
    parser.add_argument("--events", action="store_true", help="print the nested events as NDJSON")
    parser.add_argument("--class", dest="only", help="with --events: this class only")
    parser.add_argument("--columns", action="store_true", help="print type, nulls and checksum of each column")
    parser.add_argument("target", type=Path)
    options = parser.parse_args(argv)
    if not options.target.exists():
        parser.error(f"{options.target} does not exist")
    sys.stdout.reconfigure(encoding="utf-8")
    if options.events:
        return print_events(options.target, options.only)
    return compare_all(options.target, options.columns)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
