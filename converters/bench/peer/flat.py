"""What the peers of the benchmark have in common: the data frame, the file, and the figures that they print.

usage: <peer>.py RAW_FOLDER OUTPUT.parquet

A peer reads every file below RAW_FOLDER that its pattern names, makes one row a record, drops what is there twice, sorts by
(time, event_uid) and writes zstd. It prints a JSON object: rows, seconds, cpu_seconds, peak_rss_bytes.
"""
import gzip
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

INT64 = ["time", "type_uid"]
INT32 = ["class_uid", "category_uid", "activity_id", "severity_id", "status_id", "http_status"]
METHODS = {"CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6, "PUT": 7, "TRACE": 8, "PATCH": 9}


def schema_of(text, int32=INT32):
    """Columns of one peer: texts by name, and the numbers that all have."""
    return pa.schema(
        [(name, pa.int64()) for name in INT64]
        + [(name, pa.int32()) for name in int32]
        + [("duration", pa.float64())]
        + [(name, pa.string()) for name in text]
    )


def frame_of(rows, schema):
    frame = pd.DataFrame(rows, columns=schema.names)
    return frame.astype({field.name: "Int32" for field in schema if field.type == pa.int32()})


def compact(members):
    """A JSON object with sorted keys; None where it has no members."""
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if members else None


def main(pattern, rows_of, schema):
    """rows_of: the unpacked bytes of one file -> its rows, each a dict."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    raw, output = sys.argv[1:]
    began, cpu = time.perf_counter(), time.process_time()
    frames = []
    for path in sorted(Path(raw).rglob(pattern)):
        frames.append(frame_of(list(rows_of(gzip.decompress(path.read_bytes()))), schema))
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.drop_duplicates("event_uid").sort_values(["time", "event_uid"], kind="stable")
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
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
