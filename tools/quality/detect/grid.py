"""The windows that everything is counted in: one a service and 10 s."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flat import FILES, Codes, batches, numbers

WINDOW_MS = 10_000


@dataclass(frozen=True)
class Grid:
    """Whole windows of the traffic, aligned to the clock: `services` in order of name × `count` windows from `start_ms`."""

    start_ms: int
    count: int
    services: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.services) * self.count

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.services), self.count

    @property
    def starts_ms(self) -> np.ndarray:
        """Start of each window."""
        return self.start_ms + WINDOW_MS * np.arange(self.count)

    @property
    def end_ms(self) -> int:
        """End of the last window."""
        return self.start_ms + WINDOW_MS * self.count

    def cells(self, times: np.ndarray, services: np.ndarray, texts: list[str]) -> np.ndarray:
        """Number of the cell that each row falls in; -1 outside."""
        place = {name: index for index, name in enumerate(self.services)}
        rows = np.array([*(place.get(text, -1) for text in texts), -1], dtype=np.int64)[services]
        windows = np.floor((times - self.start_ms) / WINDOW_MS).astype(np.int64)
        inside = (rows >= 0) & (windows >= 0) & (windows < self.count)
        return np.where(inside, rows * self.count + windows, -1)

    def counted(self, cells: np.ndarray) -> np.ndarray:
        """How many of the rows fall in each cell."""
        return np.bincount(cells[cells >= 0], minlength=self.size).reshape(self.shape).astype(float)


def survey(folder: Path) -> Grid:
    """The grid of a dataset: every service that reports, and the time in which the busiest of them answers requests.

    What comes before and after is the stack's start and stop, which no detector should be asked about.
    """
    services, kinds = Codes(), Codes()
    access = kinds.of.setdefault("http.access", 0)
    rows: dict[int, int] = {}
    spans: dict[int, tuple[float, float]] = {}
    for signal in (name for name in FILES if name != "changes"):
        for batch in batches(folder, signal, ["time", "service", "event_kind"]):
            service = services.encode(batch.column("service"))
            requests = (kinds.encode(batch.column("event_kind")) == access) & (service >= 0)
            times = numbers(batch.column("time"))
            for code in np.unique(service[requests]):
                seen = times[requests & (service == code)]
                first, last = spans.get(code, (np.inf, -np.inf))
                spans[code] = (min(first, seen.min()), max(last, seen.max()))
                rows[code] = rows.get(code, 0) + len(seen)
    names = tuple(sorted(services.of))
    if not rows:
        return Grid(0, 0, names)
    first, last = spans[max(rows, key=lambda code: (rows[code], services.texts[code]))]
    start = int(-(-first // WINDOW_MS)) * WINDOW_MS
    return Grid(start, max(0, int((last + 1 - start) // WINDOW_MS)), names)
