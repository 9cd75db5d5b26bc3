"""What the spans of a window say: how many of each kind, how many failed, how long they took."""

from pathlib import Path

import numpy as np

from durations import Durations
from flat import Codes, batches, numbers
from grid import Grid

KINDS = ("http.server", "http.client", "db.query", "redis.op", "queue.job")
FAILED = 2  # OCSF status_id Failure
COLUMNS = ["time", "service", "event_kind", "duration", "status_id"]


def trace_features(folder: Path, grid: Grid) -> dict[str, np.ndarray]:
    """Features of the traces by name; `spans_per_job` is spans per request or job that the service took on."""
    services, kinds = Codes(), Codes()
    for kind in KINDS:
        kinds.of.setdefault(kind, len(kinds.of))
    of = [Durations() for _ in KINDS]
    spans, taken = np.zeros(grid.shape), np.zeros(grid.shape)
    for batch in batches(folder, "traces", COLUMNS):
        cells = grid.cells(numbers(batch.column("time")), services.encode(batch.column("service")), services.texts)
        kind = kinds.encode(batch.column("event_kind"))
        duration, failed = numbers(batch.column("duration")), numbers(batch.column("status_id")) == FAILED
        spans += grid.counted(cells)
        taken += grid.counted(cells[np.isin(kind, [kinds.of["http.server"], kinds.of["queue.job"]])])
        for code, durations in enumerate(of):
            durations.add(cells[kind == code], duration[kind == code], failed[kind == code])
    found = {}
    for name, durations in zip(KINDS, of, strict=True):
        found |= {f"{name}_{what}": column for what, column in durations.features(grid).items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        return found | {"spans_per_job": np.where(taken > 0, spans / taken, np.nan)}
