"""A dataset in Polars, lazily: only the columns and row groups that a question needs are read.

python examples/polars_load.py data/latest
"""

import sys
from pathlib import Path

import polars as pl

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/latest")
files = {name: folder / f"ocsf_{name}.parquet" for name in ("logs", "traces", "metrics", "changes")}

for name, file in files.items():
    print(f"{name}: {pl.scan_parquet(file).select(pl.len()).collect().item()} rows")

# All flat files have one schema, so that they are one table.
events = pl.scan_parquet(list(files.values()))
kinds = events.group_by("event_kind").len("rows").sort("rows", "event_kind", descending=[True, False]).collect()
print(f"all: {kinds['rows'].sum()} rows, {len(kinds)} kinds, most of {kinds['event_kind'][0]}")

# Which query takes the time of which service?
slow = (
    pl.scan_parquet(files["traces"])
    .filter(pl.col("event_kind") == "db.query")
    .group_by("service", "db_operation", "db_table")
    .agg(pl.len().alias("queries"), pl.col("duration").sum().round(1).alias("total_ms"))
    .sort("total_ms", descending=True)
    .head(5)
    .collect()
)
with pl.Config(tbl_formatting="ASCII_MARKDOWN", tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
    print(slow)
