"""A dataset in pandas: its tables, its requests by route, and a picture of them.

python examples/pandas_load.py data/latest [requests.png]     (the picture needs matplotlib)
"""

import sys
from pathlib import Path

import pandas as pd

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/latest")
picture = sys.argv[2] if len(sys.argv) > 2 else None

tables = {name: pd.read_parquet(folder / f"ocsf_{name}.parquet") for name in ("logs", "traces", "metrics", "changes")}
for name, table in tables.items():
    print(f"{name}: {len(table)} rows, {table.event_kind.nunique()} kinds")

requests = tables["traces"].query("event_kind == 'http.server'").copy()
requests["at"] = pd.to_datetime(requests.time, unit="ms", utc=True)
requests["failed"] = requests.http_status >= 500
figures = {"requests": ("event_uid", "size"), "failed": ("failed", "sum"), "p50_ms": ("duration", "median")}
print(requests.groupby(["service", "http_route"]).agg(**figures).round(1).to_string())

labels = folder / "labels" / "ocsf_eval_subset.parquet"  # ground truth, where it was fetched
if labels.exists():
    joined = requests.merge(pd.read_parquet(labels, columns=["event_uid", "label"]), on="event_uid")
    print(f"labelled requests: {len(joined)}, positive {int(joined.label.sum())}")

if picture:
    busy = requests[requests.service != "operator"].set_index("at")
    p95 = busy.groupby("service").resample("10s").duration.quantile(0.95).unstack(0)
    axes = p95.plot(title="p95 of requests in windows of 10 s; changes in grey", xlabel="UTC", ylabel="ms", logy=True)
    for change in pd.to_datetime(tables["changes"].time, unit="ms", utc=True):
        axes.axvline(change, color="grey", linewidth=0.5)
    axes.figure.savefig(picture)
    print(f"picture: {picture}")
