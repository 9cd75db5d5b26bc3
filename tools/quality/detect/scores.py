"""How well a score tells anomalous windows from quiet ones."""

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from truth import Labels

MOVES = 19

Figures = dict[str, float | int | None]


def rounded(value: float | None) -> float | None:
    """Four digits: what is beyond them differs between processors."""
    return None if value is None or np.isnan(value) else round(float(value), 4)


def floor_f1(prevalence: float) -> float:
    """F1 of calling every window anomalous."""
    return 2 * prevalence / (1 + prevalence)


def figures(positive: np.ndarray, scores: np.ndarray) -> Figures:
    """AUCs, the best F1 over all thresholds, and what predict-all has; null where one class is missing."""
    count = int(positive.sum())
    found: Figures = {"positives": count, "negatives": int(len(positive) - count)}
    if count == 0 or count == len(positive):
        return found | {"roc_auc": None, "pr_auc": None, "best_f1": None, "floor_f1": None}
    precision, recall, _ = precision_recall_curve(positive, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return found | {
        "roc_auc": rounded(roc_auc_score(positive, scores)),
        "pr_auc": rounded(average_precision_score(positive, scores)),
        "best_f1": rounded(f1.max()),
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
    best: list[float] = []
    for move in range(1, MOVES + 1):
        moved = np.zeros(positive.shape, dtype=bool)
        for row, where in enumerate(asked):
            moved[row, where] = np.roll(positive[row, where], round(move * where.sum() / (MOVES + 1)))
        for scores in all_scores:
            known = asked & ~np.isnan(scores)
            if moved[known].any() and not moved[known].all():
                best.append(float(roc_auc_score(moved[known], scores[known])))
    return rounded(max(best, default=None))
