"""What the log lines of a window say: requests answered, lines by level, how many different things were said."""

import re
from pathlib import Path

import numpy as np

from durations import Durations
from flat import Codes, batches, numbers
from grid import Grid

LEVELS = {"info": ("debug", "info"), "warn": ("warn",), "error": ("error", "fatal")}
VARIABLE = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b|\d+(?:\.\d+)?", re.IGNORECASE)
COLUMNS = ["time", "service", "event_kind", "level", "message", "duration", "http_status"]


def template(message: str) -> str:
    """A message without its numbers and ids."""
    return VARIABLE.sub("#", message)


def log_features(folder: Path, grid: Grid) -> dict[str, np.ndarray]:
    """Features of the logs by name. `errors` counts lines: those of level error or fatal, and answers of 500 and more."""
    services, kinds, levels, templates = Codes(), Codes(), Codes(), Codes()
    access = kinds.of.setdefault("http.access", 0)
    requests = Durations()
    found = {f"lines_{name}": np.zeros(grid.shape) for name in LEVELS} | {"errors": np.zeros(grid.shape)}
    said = np.empty((0, 2), dtype=np.int64)
    for batch in batches(folder, "logs", COLUMNS):
        cells = grid.cells(numbers(batch.column("time")), services.encode(batch.column("service")), services.texts)
        answered = kinds.encode(batch.column("event_kind")) == access
        broken = np.nan_to_num(numbers(batch.column("http_status"))) >= 500
        requests.add(cells[answered], numbers(batch.column("duration"))[answered], broken[answered])

        level = levels.encode(batch.column("level"))
        of = {name: np.isin(level, [levels.of[text] for text in texts if text in levels.of]) for name, texts in LEVELS.items()}
        for name in LEVELS:
            found[f"lines_{name}"] += grid.counted(cells[of[name] & ~answered])
        found["errors"] += grid.counted(cells[of["error"] | broken])

        told = ~answered & (cells >= 0)
        pairs = np.stack([cells[told], template_codes(batch.column("message"), templates)[told]], axis=1)
        said = np.unique(np.concatenate([said, pairs]), axis=0)
    found["templates"] = grid.counted(said[said[:, 1] >= 0][:, 0])
    return found | {f"access_{name}": column for name, column in requests.features(grid).items()}


def template_codes(column, templates: Codes) -> np.ndarray:
    """Code of each row's template; the messages themselves are not kept."""
    texts = column.dictionary.to_pylist()
    known = [-1 if text is None else templates.of.setdefault(template(text), len(templates.of)) for text in texts]
    return np.array([*known, -1], dtype=np.int64)[column.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)]
