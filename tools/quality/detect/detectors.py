"""Standard detectors, without labels: each service's windows are compared with its own.

One model a service, so that no score tells which service it was: faults are in some services only, and a detector that knew
its service would look better than it is. The scores of the models are on one scale: IsolationForest's and LOF's by
definition, the distance to neighbours as a multiple of the service's median.
"""

from collections.abc import Callable

import numpy as np
from sklearn import config_context
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from features import Features
from grid import Grid

SEED = 0
TREES = 100  # as its authors have it: with 200 no figure moved by more than 0.03, and it took twice as long
LOF_NEIGHBOURS = 20
KNN_NEIGHBOURS = 10
LEAST_WINDOWS = 12

Scores = np.ndarray
Detector = Callable[[np.ndarray], Scores]


def isolation_forest(windows: np.ndarray) -> Scores:
    """Shorter paths to isolation score higher."""
    return -IsolationForest(n_estimators=TREES, random_state=SEED).fit(windows).score_samples(windows)


def lof(windows: np.ndarray) -> Scores:
    """Local density against that of the neighbours, over the whole run."""
    neighbours = min(LOF_NEIGHBOURS, len(windows) - 1)
    return -LocalOutlierFactor(n_neighbors=neighbours).fit(windows).negative_outlier_factor_


def lof_other_half(windows: np.ndarray) -> Scores:
    """The same as novelty: each half of the run is scored by a model of the other half, whatever happened there."""
    middle = len(windows) // 2
    halves = (windows[:middle], windows[middle:])

    def by(known: np.ndarray, asked: np.ndarray) -> Scores:
        neighbours = min(LOF_NEIGHBOURS, len(known) - 1)
        return -LocalOutlierFactor(n_neighbors=neighbours, novelty=True).fit(known).score_samples(asked)

    return np.concatenate([by(halves[1], halves[0]), by(halves[0], halves[1])])


def knn_distance(windows: np.ndarray) -> Scores:
    """Mean distance to the nearest of the other windows, as a multiple of what is usual."""
    neighbours = min(KNN_NEIGHBOURS, len(windows) - 1)
    distances, _ = NearestNeighbors(n_neighbors=neighbours).fit(windows).kneighbors()
    mean = distances.mean(axis=1)
    return mean / (np.median(mean) or mean.mean() or 1.0)


DETECTORS: dict[str, Detector] = {
    "isolation_forest": isolation_forest,
    "lof": lof,
    "lof_other_half": lof_other_half,
    "knn_distance": knn_distance,
}


def detect(detector: Detector, features: Features, names: list[str], grid: Grid) -> Scores:
    """Scores of all windows, services × windows; a service without a moving feature has the least score of all."""
    scores = np.full(grid.shape, np.nan)
    # What goes in is finite; checking that anew for each of some thousand trees takes as long as growing them.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        for row in range(len(grid.services)):
            windows = features.matrix(row, names)
            if windows.size > 0:
                scores[row] = detector(windows)
    lowest = np.nanmin(scores) if not np.isnan(scores).all() else 0.0
    return np.nan_to_num(scores, nan=lowest)
