"""Counts, failures and durations of rows, each cell by itself."""

import numpy as np

from grid import WINDOW_MS, Grid

QUANTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


class Durations:
    """Collects rows of one kind over the batches of a file."""

    def __init__(self) -> None:
        self._cells: list[np.ndarray] = []
        self._values: list[np.ndarray] = []
        self._failed: list[np.ndarray] = []

    def add(self, cells: np.ndarray, values: np.ndarray, failed: np.ndarray) -> None:
        """Rows outside the grid (cell -1) are passed over."""
        inside = cells >= 0
        self._cells.append(cells[inside].astype(np.int32))
        self._values.append(values[inside].astype(np.float32))
        self._failed.append(failed[inside])

    def features(self, grid: Grid) -> dict[str, np.ndarray]:
        """Rows a second, share that failed, and quantiles by nearest rank in ms; without a row all but the rate is NaN."""
        if not self._cells:
            return {}
        cells, values = np.concatenate(self._cells), np.concatenate(self._values)
        failed = np.concatenate(self._failed)
        count = grid.counted(cells)
        with np.errstate(invalid="ignore"):
            found = {"rate": count / (WINDOW_MS / 1000), "failed": grid.counted(cells[failed]) / count}
        timed = ~np.isnan(values)
        cells, values = cells[timed], values[timed]
        order = np.lexsort((values, cells))
        cells, values = cells[order], values[order]
        present, starts, counts = np.unique(cells, return_index=True, return_counts=True)
        for name, quantile in QUANTILES.items():
            column = np.full(grid.size, np.nan)
            column[present] = values[starts + np.maximum(np.ceil(quantile * counts).astype(int), 1) - 1]
            found[name] = column.reshape(grid.shape)
        return found
