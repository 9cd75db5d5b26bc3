"""Runs every detector on a dataset, and scores it."""

from pathlib import Path
from typing import Any

import numpy as np

from bands import checks
from detectors import DETECTORS, LEAST_WINDOWS, detect
from features import SIGNALS, Features, read_features
from grid import WINDOW_MS, Grid, survey
from metadata import metadata_features, metadata_report
from one_liners import one_liners
from scores import chance_auc, rounded, score_all, score_scenario
from truth import STARTS, STATES, Labels, Truth, read_truth, why_left_out

BEST_ONE_LINERS = 3
VARIANTS = {"all": SIGNALS, **{signal: (signal,) for signal in SIGNALS}, "all+changes": (*SIGNALS, "changes")}

Report = dict[str, Any]


def make_report(folder: Path, campaign: str | None) -> Report:
    """The whole report; the same dataset gives the same one."""
    grid = survey(folder)
    truth = read_truth(folder, grid)
    labels = {start: truth.labels(start) for start in STARTS}
    report: Report = {
        "schema_version": 1,
        "note": note(grid, truth, labels["onset"]),
        "checks": [],
        "windows": window_report(grid, truth, labels),
        **{"detectors": [], "one_liners": [], "per_scenario": {}},
        "metadata": {"features": [], "cross_validated_auc": None, "in_sample_auc": None, "services": []},
    }
    if report["note"] is None:
        features = read_features(folder, grid)
        report["windows"]["features"] = {signal: len(features.names(signal)) for signal in (*SIGNALS, "changes")}
        score_detectors(report, features, grid, truth, labels)
        score_one_liners(report, features, truth, labels)
        report["metadata"] = metadata_report(metadata_features(folder, grid), labels["onset"], grid)
    report["checks"] = checks(report, campaign)
    return report


def note(grid: Grid, truth: Truth, labels: Labels) -> str | None:
    """Why there are no scores, if so."""
    if grid.count < LEAST_WINDOWS:
        return f"too short for detectors: {grid.count} whole windows of {WINDOW_MS // 1000} s under traffic, at least {LEAST_WINDOWS} are needed"
    if labels.count("positive") == 0:
        return "no positive window" if truth.cases else "no positive window, since nothing was changed in this run"
    return None


def window_report(grid: Grid, truth: Truth, labels: dict[str, Labels]) -> dict[str, Any]:
    """What was scored, and what was left out."""

    def counts(start: str) -> dict[str, Any]:
        found = {name: labels[start].count(name) for name in STATES}
        scored = found["positive"] + found["negative"]
        return {**found, "prevalence": rounded(found["positive"] / scored) if scored else None}

    return {
        "window_ms": WINDOW_MS,
        "services": list(grid.services),
        "per_service": grid.count,
        "total": grid.size,
        **{start: counts(start) for start in STARTS},
        "scenarios": truth.scenarios,
        "cases_left_out": [
            {"case": case["case"], "scenario": case["scenario"], "why": why_left_out(case)} for case in truth.left_out
        ],
        "features": {},
    }


def score_detectors(report: Report, features: Features, grid: Grid, truth: Truth, labels: dict[str, Labels]) -> None:
    """Every detector on every choice of signals, overall and a scenario."""
    report["per_scenario"] = {name: {"detectors": [], "one_liners": [], "chance_auc": None} for name in truth.scenarios}
    for variant, signals in VARIANTS.items():
        names = features.names(*signals)
        for name, detector in DETECTORS.items():
            scores = detect(detector, features, names, grid)
            record(report, "detectors", {"name": name, "features": variant}, scores, truth, labels)


def score_one_liners(report: Report, features: Features, truth: Truth, labels: dict[str, Labels]) -> None:
    """All one-line detectors overall; of each scenario the best, and what luck would make of as many."""
    all_scores = one_liners(features)
    for name, scores in all_scores.items():
        record(report, "one_liners", {"name": name}, scores, truth, labels)
    report["one_liners"].sort(key=best_first)
    for index, scenario in enumerate(report["per_scenario"].values()):
        scenario["chance_auc"] = chance_auc(labels["onset"], list(all_scores.values()), index)
        able = [each for each in scenario["one_liners"] if each["onset"]["roc_auc"] is not None]
        scenario["one_liners"] = sorted(able, key=best_first)[:BEST_ONE_LINERS]


def record(
    report: Report, kind: str, about: dict[str, str], scores: np.ndarray, truth: Truth, labels: dict[str, Labels]
) -> None:
    """Adds one detector's figures."""
    report[kind].append({**about, **{start: score_all(of, scores) for start, of in labels.items()}})
    for index, scenario in enumerate(truth.scenarios):
        figures = {start: score_scenario(of, scores, index) for start, of in labels.items()}
        report["per_scenario"][scenario][kind].append({**about, **figures})


def best_first(figures: dict[str, Any]) -> tuple[float, str]:
    """Order by AUC from the onset, then by name."""
    auc = figures["onset"]["roc_auc"]
    return (1.0 if auc is None else -auc, figures["name"])
