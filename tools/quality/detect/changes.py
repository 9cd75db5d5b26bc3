"""How much was changed of late: a feature only of the variant that is reported apart."""

from pathlib import Path

import numpy as np

from flat import batches, numbers
from grid import WINDOW_MS, Grid

LOOK_BACK_MS = 60_000


def change_features(folder: Path, grid: Grid) -> dict[str, np.ndarray]:
    """Changes of any service in the 60 s before a window's end."""
    times = np.sort(np.concatenate([[], *(numbers(batch.column("time")) for batch in batches(folder, "changes", ["time"]))]))
    ends = grid.starts_ms + WINDOW_MS
    recent = np.searchsorted(times, ends) - np.searchsorted(times, ends - LOOK_BACK_MS)
    return {"recent": np.tile(recent.astype(float), (len(grid.services), 1))}
