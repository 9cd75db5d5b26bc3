"""Detectors that fit in one line, each over the services that have what it looks at."""

import numpy as np

from features import Features

P95 = "logs.access_p95_ms"
ERRORS = "logs.errors"


def one_liners(features: Features) -> dict[str, np.ndarray]:
    """Scores by name, services × windows; NaN for a service that it says nothing about."""
    found = {f"{name} 3-sigma": filled(np.abs(features.standard[name])) for name in features.names("metrics")}
    if ERRORS in features.standard:
        found["error count"] = np.where(np.isnan(features.standard[ERRORS]), np.nan, features.raw[ERRORS])
    if P95 in features.raw:
        found["3 x p95"] = filled(ratio_to_median(features.raw[P95]), 1.0)
    return {name: column for name, column in found.items() if not np.isnan(column).all()}


def ratio_to_median(column: np.ndarray) -> np.ndarray:
    """Each service's figure by its own median; NaN for a service without."""
    found = np.full(column.shape, np.nan)
    for row, values in enumerate(column):
        known = values[~np.isnan(values)]
        if known.size > 0 and np.median(known) > 0:
            found[row] = values / np.median(known)
    return found


def filled(column: np.ndarray, usual: float = 0.0) -> np.ndarray:
    """A service that has the figure at times has the usual score at the others."""
    has = ~np.isnan(column).all(axis=1, keepdims=True)
    return np.where(np.isnan(column) & has, usual, column)
