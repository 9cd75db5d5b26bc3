"""Features of every window, standardised within each service. The labels have no part in it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from changes import change_features
from grid import Grid
from logs import log_features
from metrics import metric_features
from traces import trace_features

SIGNALS = ("logs", "traces", "metrics")


@dataclass(frozen=True)
class Features:
    """Columns by name (`logs.access_p95_ms`), each services × windows; NaN where there was nothing to measure."""

    raw: dict[str, np.ndarray]
    standard: dict[str, np.ndarray]
    """The same, as distance from the service's mean in standard deviations; NaN where the service has no such thing."""

    def names(self, *signals: str) -> list[str]:
        """Columns of these signals."""
        return [name for name in self.standard if name.split(".")[0] in signals]

    def matrix(self, row: int, names: list[str]) -> np.ndarray:
        """Windows × features of one service: those that it has and that move at all. A missing figure is an average one."""
        columns = [self.standard[name][row] for name in names]
        alive = [column for column in columns if not np.isnan(column).all()]
        return np.nan_to_num(np.stack(alive, axis=1)) if alive else np.empty((0, 0))


def standardise(column: np.ndarray) -> np.ndarray:
    """Each service by its own mean and deviation over the run; a service in which nothing moves has NaN."""
    found = np.full(column.shape, np.nan)
    for row, values in enumerate(column):
        known = values[~np.isnan(values)]
        if known.size == 0:
            continue
        deviation = known.std()
        if deviation > 1e-9 * max(1e-9, abs(known.mean())):
            found[row] = (values - known.mean()) / deviation
    return found


def read_features(folder: Path, grid: Grid) -> Features:
    """Reads the four flat files, one after the other."""
    of = {
        "logs": log_features(folder, grid),
        "traces": trace_features(folder, grid),
        "metrics": metric_features(folder, grid),
        "changes": change_features(folder, grid),
    }
    raw = {f"{signal}.{name}": column for signal, columns in of.items() for name, column in columns.items()}
    return Features(raw, {name: standardise(column) for name, column in raw.items()})
