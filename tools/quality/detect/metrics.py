"""What the metric samples of a window say. Only what is listed in catalogue.py is read."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalogue import METRICS, SHARES, Metric
from flat import Codes, batches, numbers
from grid import WINDOW_MS, Grid

COLUMNS = ["time", "service", "instance", "metric_name", "metric_value", "labels"]


class Series:
    """Samples of all wanted series, in the order of series and time."""

    def __init__(self, folder: Path, grid: Grid) -> None:
        wanted = pa.array(sorted({metric.name for metric in (*METRICS, *(m for share in SHARES for m in share[1:]))}))
        services, instances, names, labels = Codes(), Codes(), Codes(), Codes()
        keys, times, values = [np.empty((4, 0), dtype=np.int64)], [np.empty(0)], [np.empty(0)]
        for batch in batches(folder, "metrics", COLUMNS):
            batch = batch.filter(pc.is_in(batch.column("metric_name").cast(pa.string()), wanted))
            columns = zip((services, instances, names, labels), ("service", "instance", "metric_name", "labels"), strict=True)
            keys.append(np.stack([codes.encode(batch.column(column)) for codes, column in columns]))
            times.append(numbers(batch.column("time")))
            values.append(numbers(batch.column("metric_value")))
        self.grid = grid
        key, series = np.unique(np.concatenate(keys, axis=1), axis=1, return_inverse=True)
        time, value = np.concatenate(times), np.concatenate(values)
        order = np.lexsort((time, series))
        self.series, self.time, self.value = series[order], time[order], value[order]
        self.cells = grid.cells(self.time, key[0][self.series], services.texts)
        read = [json.loads(text) if text else {} for text in labels.texts]
        self.about = [
            (services.texts[service] if service >= 0 else None, names.texts[name], read[label] if label >= 0 else {})
            for service, _, name, label in key.T
        ]

    def feature(self, metric: Metric) -> np.ndarray:
        """One figure a cell: of each series its mean (or greatest) value or rate, then over the service's series."""
        members = [
            number
            for number, (service, name, labels) in enumerate(self.about)
            if name == metric.name and service and metric.labels.items() <= labels.items()
        ]
        totals, counts = np.zeros(self.grid.size), np.zeros(self.grid.size)
        greatest = np.full(self.grid.size, -np.inf)
        for number in members:
            first, end = np.searchsorted(self.series, [number, number + 1])
            cells, values = self.cells[first:end], self.value[first:end]
            if metric.how == "rate":
                cells, values = cells[1:], rates(self.time[first:end], values)
            usable = (cells >= 0) & ~np.isnan(values)
            samples = np.bincount(cells[usable], minlength=self.grid.size)
            mean = np.bincount(cells[usable], weights=values[usable], minlength=self.grid.size) / np.maximum(samples, 1)
            totals += np.where(samples > 0, mean, 0)
            counts += samples > 0
            np.maximum.at(greatest, cells[usable], values[usable])
        column = {"sum": totals, "mean": totals / np.maximum(counts, 1), "max": greatest}[metric.over]
        return carried(np.where(counts > 0, column, np.nan).reshape(self.grid.shape))


def rates(times_ms: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Increase a second from each sample to the next; after a reset a counter has counted what it shows."""
    increase, passed = np.diff(values), np.diff(times_ms) / 1000
    increase = np.where(increase < 0, values[1:], increase)
    return np.where(passed > 0, increase / np.where(passed > 0, passed, 1), np.nan)


def carried(column: np.ndarray) -> np.ndarray:
    """Fills a window without a sample from the one before it: stores are read every 10 s, and not on the dot."""
    filled = column.copy()
    gap = np.isnan(column[:, 1:])
    filled[:, 1:][gap] = column[:, :-1][gap]
    return filled


def metric_features(folder: Path, grid: Grid) -> dict[str, np.ndarray]:
    """Features of the metrics by name; NaN where nothing was measured."""
    if grid.count == 0:
        return {}
    series = Series(folder, grid)
    found = {metric.feature: series.feature(metric) for metric in METRICS}
    for feature, part, rest in SHARES:
        hits, misses = series.feature(part), np.nan_to_num(series.feature(rest))
        with np.errstate(invalid="ignore", divide="ignore"):
            found[feature] = carried(np.where(hits + misses > 0, hits / (hits + misses), np.nan))
    return found
