"""How well a score tells anomalous windows from quiet ones.

scikit-learn's own metrics check their input anew at every call, which took longer than all detectors together: these are the
same figures, from one order of the scores.
"""

import numpy as np
from scipy.stats import rankdata

from truth import Labels

MOVES = 19

Figures = dict[str, float | int | None]


def rounded(value: float | None) -> float | None:
    """Four digits: what is beyond them differs between processors."""
    return None if value is None or np.isnan(value) else round(float(value), 4)


def floor_f1(prevalence: float) -> float:
    """F1 of calling every window anomalous."""
    return 2 * prevalence / (1 + prevalence)


def roc_auc(positive: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """AUC-ROC of each row of `positive`, moves × windows; both classes must be in each."""
    count = positive.sum(axis=1)
    over = positive @ rankdata(scores) - count * (count + 1) / 2  # pairs in order, a tie as half of one
    return over / (count * (positive.shape[1] - count))


def figures(positive: np.ndarray, scores: np.ndarray) -> Figures:
    """AUCs, the best F1 over all thresholds, and what predict-all has; null where one class is missing."""
    count = int(positive.sum())
    found: Figures = {"positives": count, "negatives": int(len(positive) - count)}
    if count == 0 or count == len(positive):
        return found | {"roc_auc": None, "pr_auc": None, "best_f1": None, "floor_f1": None}
    order = np.argsort(-scores, kind="stable")
    called = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True)) + 1  # windows above each threshold
    right = np.cumsum(positive[order])[called - 1]
    precision, recall = right / called, right / count
    return found | {
        "roc_auc": rounded(roc_auc(positive[np.newaxis], scores)[0]),
        "pr_auc": rounded((np.diff(recall, prepend=0) * precision).sum()),
        "best_f1": rounded((2 * right / (called + count)).max()),
        "floor_f1": rounded(floor_f1(count / len(positive))),
    }


def score_all(labels: Labels, scores: np.ndarray) -> Figures:
    """Every positive window against every negative one, where there is a score."""
    asked = labels.scored & ~np.isnan(scores)
    return figures(labels.state[asked] == 1, scores[asked])


def score_scenario(labels: Labels, scores: np.ndarray, scenario: int) -> Figures:
    """The positive windows of one scenario against every negative one."""
    asked = labels.scored & ~np.isnan(scores) & ((labels.state == 0) | (labels.scenario == scenario))
    return figures(labels.state[asked] == 1, scores[asked])


def chance_auc(labels: Labels, all_scores: list[np.ndarray], scenario: int) -> float | None:
    """What the best of so many scores reaches where there is nothing to find: the scenario's windows are moved in time, each
    service's around its own scored windows, 19 times. One in twenty is better by luck, so that is how far luck goes.
    """
    asked = labels.scored & ((labels.state == 0) | (labels.scenario == scenario))
    positive = labels.scenario == scenario
    moved = np.zeros((MOVES, *positive.shape), dtype=bool)
    for move in range(MOVES):
        for row, where in enumerate(asked):
            moved[move, row, where] = np.roll(positive[row, where], round((move + 1) * where.sum() / (MOVES + 1)))
    best: list[float] = []
    for scores in all_scores:
        known = asked & ~np.isnan(scores)
        masks = moved[:, known]
        masks = masks[masks.any(axis=1) & ~masks.all(axis=1)]
        if len(masks) > 0:
            best.append(float(roc_auc(masks, scores[known]).max()))
    return rounded(max(best, default=None))
