"""Features from all four signals: a row a service and window of 10 s, from what was known by its end.

python examples/features.py data/latest features.parquet

Nothing of the labels is read. Counters become what was added in the window: what a delta says itself, else by the sample before it, 10 s back.
A service that has no such metric, and a window in which there was nothing to measure, have no value.
"""

import sys
from pathlib import Path

import pandas as pd

WINDOW_MS = 10_000
KEY = ["service", "window"]


def read(folder, signal, columns):
    """Rows of one flat file that are of a service, each with the start of the window in which it was known."""
    rows = pd.read_parquet(folder / f"ocsf_{signal}.parquet", columns=["time", "service", *columns])
    rows = rows[rows.service.notna()]
    # the time of a span is its start; how long it took and whether it failed is known at its end
    known = rows.time + (rows.duration.fillna(0).astype("int64") if signal == "traces" else 0)
    return rows.assign(window=known // WINDOW_MS * WINDOW_MS)


def quantiles(rows, prefix):
    """Median and p95 of the durations, in ms."""
    durations = rows.groupby(KEY).duration
    return {f"{prefix}_p50_ms": durations.median(), f"{prefix}_p95_ms": durations.quantile(0.95)}


def of_logs(folder):
    rows = read(folder, "logs", ["event_kind", "level", "duration", "http_status"])
    access = rows[rows.event_kind == "http.access"]
    return {
        "lines": rows.groupby(KEY).size(),
        "bad_lines": rows.level.isin(["warn", "error", "fatal"]).groupby([rows.service, rows.window]).sum(),
        "requests": access.groupby(KEY).size(),
        "failed_share": (access.http_status >= 500).groupby([access.service, access.window]).mean(),
        **quantiles(access, "request"),
    }


def of_traces(folder):
    rows = read(folder, "traces", ["event_kind", "duration", "status_id"])
    found = {"failed": (rows.status_id == 2).groupby([rows.service, rows.window]).sum()}
    for kind, spans in rows.groupby("event_kind"):
        found |= {f"{kind}_spans": spans.groupby(KEY).size(), **quantiles(spans, kind)}
    return found


def of_metrics(folder):
    rows = read(folder, "metrics", ["instance", "metric_name", "metric_value", "metric_type", "metric_temporality", "labels"])
    rows = rows[~rows.metric_name.str.endswith("_bucket")]
    gauges = rows[rows.metric_type == "gauge"].groupby(["metric_name", *KEY]).metric_value.mean()
    series = rows[rows.metric_type != "gauge"].sort_values("time")
    added = series.groupby(["service", "instance", "metric_name", "labels"], dropna=False).metric_value.diff()
    # a delta is what was added; after a fall a cumulative one counted from 0
    added = added.mask((added < 0) | (series.metric_temporality == "delta"), series.metric_value)
    counters = added.groupby([series.metric_name, series.service, series.window]).sum(min_count=1)
    figures = pd.concat([gauges, counters])
    return {name: column.droplevel(0) for name, column in figures.groupby(level=0)}


def of_changes(folder):
    return {"changes": read(folder, "changes", []).groupby(KEY).size()}


def features(folder):
    """A row a service and window, a column a feature: `logs.lines`, `metrics.db_pool_connections` …"""
    readers = {"logs": of_logs, "traces": of_traces, "metrics": of_metrics, "changes": of_changes}
    found = {signal: of(folder) for signal, of in readers.items()}
    columns = {f"{signal}.{name}": column for signal, of in found.items() for name, column in of.items()}
    table = pd.concat(columns, axis=1).sort_index()
    counts = table.columns[table.columns.str.endswith(("lines", "requests", "spans", "failed", "changes"))]
    table[counts] = table[counts].fillna(0)  # none is 0 of them
    return table.copy().reset_index()


if __name__ == "__main__":
    source, out = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "features.parquet"
    table = features(source)
    table.to_parquet(out)
    signals = table.columns.str.split(".").str[0].value_counts()
    print(f"{len(table)} windows of {table.service.nunique()} services, {len(table.columns) - 2} features: {out}")
    print(", ".join(f"{signal} {signals[signal]}" for signal in ("logs", "traces", "metrics", "changes")))
