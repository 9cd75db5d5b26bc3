"""Do version, host or hour alone tell which windows are anomalous? They must not: a model would learn them instead.

Asked within each service that has positive windows, since a service's name is no secret. The tree has one question. It is
scored on other blocks of time than it has learnt from, and on its own: a version that runs only while something is
broken cannot be learnt from other blocks, and shows in the second figure alone. Position in the run is no feature.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sklearn.tree import DecisionTreeClassifier

from flat import FILES, Codes, batches, numbers
from grid import Grid
from scores import roc_auc, rounded
from truth import Labels

BLOCKS = 5
HOUR_MS = 3_600_000
# The flat files have no column for the host today; one that comes is asked too.
TEXTS = ("service_version", "host")


def metadata_features(folder: Path, grid: Grid) -> dict[str, np.ndarray]:
    """One column a value (was it seen in the window?), and the hour of the day in UTC; services × windows."""
    found = {"hour": np.tile((grid.starts_ms // HOUR_MS % 24).astype(float), (len(grid.services), 1))}
    for signal in ("logs", "traces", "metrics"):
        present = pq.read_schema(folder / FILES[signal]).names
        for text in (name for name in TEXTS if name in present):
            services, values = Codes(), Codes()
            for batch in batches(folder, signal, ["time", "service", "reporter", text]):
                service = services.encode(batch.column("service"))
                own = service == services.encode(batch.column("reporter"))  # a reporter's version is its own
                cells = grid.cells(numbers(batch.column("time")), service, services.texts)
                code = values.encode(batch.column(text))
                usable = own & (cells >= 0) & (code >= 0)
                for number in np.unique(code[usable]):
                    seen = (grid.counted(cells[usable & (code == number)]) > 0).astype(float)
                    name = f"{text}={values.texts[number]}"
                    found[name] = np.maximum(found[name], seen) if name in found else seen
    return found


def tree(columns: np.ndarray, positive: np.ndarray) -> DecisionTreeClassifier:
    """One question, asked of all columns."""
    return DecisionTreeClassifier(max_depth=1, random_state=0).fit(columns, positive)


def in_sample(columns: np.ndarray, positive: np.ndarray) -> float:
    """AUC on the windows that it has learnt from."""
    return float(roc_auc(positive[np.newaxis], tree(columns, positive).predict_proba(columns)[:, 1])[0])


def cross_validated(columns: np.ndarray, positive: np.ndarray) -> float | None:
    """Mean AUC over contiguous blocks, each asked of a tree that has learnt from the others; None where no block can be."""
    found = []
    for block in np.array_split(np.arange(len(positive)), BLOCKS):
        others = np.setdiff1d(np.arange(len(positive)), block)
        if positive[block].all() or not positive[block].any() or positive[others].all() or not positive[others].any():
            continue
        asked = tree(columns[others], positive[others]).predict_proba(columns[block])[:, 1]
        found.append(roc_auc(positive[np.newaxis, block], asked)[0])
    return float(np.mean(found)) if found else None


def metadata_report(features: dict[str, np.ndarray], labels: Labels, grid: Grid) -> dict[str, Any]:
    """Figures a service, and the greatest of each: one service that tells is enough."""
    names = sorted(features)
    services = []
    for row, service in enumerate(grid.services):
        asked = labels.scored[row]
        positive = labels.state[row][asked] == 1
        if positive.all() or not positive.any():
            continue
        columns = np.stack([features[name][row][asked] for name in names], axis=1)
        root = tree(columns, positive).tree_
        services.append(
            {
                "service": service,
                "cross_validated_auc": rounded(cross_validated(columns, positive)),
                "in_sample_auc": rounded(in_sample(columns, positive)),
                "asks": names[root.feature[0]] if root.feature[0] >= 0 else None,
            }
        )

    def greatest(name: str) -> float | None:
        return max((each[name] for each in services if each[name] is not None), default=None)

    return {
        "features": names,
        "cross_validated_auc": greatest("cross_validated_auc"),
        "in_sample_auc": greatest("in_sample_auc"),
        "services": services,
    }
