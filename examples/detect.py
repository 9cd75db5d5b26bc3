"""IsolationForest, LOF and k-NN on the windows of features.py. The labels are for the score only.

python examples/features.py data/latest features.parquet
python examples/detect.py data/latest features.parquet

Each service has models of its own, fitted on the training block of splits.json and asked about the other two; a run
without splits is asked about itself.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

WINDOW_MS, NEIGHBOURS, LEAST = 10_000, 5, 12


def knn(train, asked):
    """Mean distance to the nearest windows that are not the asked one itself."""
    neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(train)
    distances = neighbours.kneighbors()[0] if asked is train else neighbours.kneighbors(asked)[0]
    return distances.mean(axis=1)


def lof(train, asked):
    if asked is train:
        return -LocalOutlierFactor(n_neighbors=NEIGHBOURS).fit(train).negative_outlier_factor_
    return -LocalOutlierFactor(n_neighbors=NEIGHBOURS, novelty=True).fit(train).score_samples(asked)


def forest(train, asked):
    return -IsolationForest(random_state=0).fit(train).score_samples(asked)


def scaled(train, asked):
    """By mean and deviation of the training windows; what never moved there is left out, what is missing is average."""
    mean, deviation = train.mean(), train.std()
    alive = deviation.index[deviation > 1e-9]
    standard = lambda part: (part[alive] - mean[alive]) / deviation[alive]
    return [standard(part).clip(-20, 20).fillna(0).to_numpy() for part in (train, asked)]


def blocks(folder, table):
    """Which windows are for training, and which are asked about: whole ones alone."""
    file = folder / "splits.json"
    if not file.exists():
        return np.ones(len(table), bool), np.ones(len(table), bool)
    splits = json.loads(file.read_text())["splits"]
    start, end = table.window.to_numpy(), table.window.to_numpy() + WINDOW_MS
    inside = {name: (start >= split["start_ms"]) & (end <= split["end_ms"]) for name, split in splits.items()}
    return inside["train"], inside["validation"] | inside["test"]


def positives(folder):
    """Windows of affected services in which a positive event was known; None where the labels were not fetched."""
    file = folder / "labels" / "ocsf_eval_subset.parquet"
    if not file.exists():
        return None
    events = pd.read_parquet(file, columns=["event_uid", "time", "label", "affected_service"]).query("label == 1")
    # a span is known at its end, as in features.py
    spans = pd.read_parquet(folder / "ocsf_traces.parquet", columns=["event_uid", "duration"])
    took = events.event_uid.map(spans.set_index("event_uid").duration).fillna(0).astype("int64")
    return set(zip(events.affected_service, (events.time + took) // WINDOW_MS * WINDOW_MS))


def main(folder, features):
    table = pd.read_parquet(features)
    train, asked = blocks(folder, table)
    names = [name for name in table if "." in name]
    result = table.loc[asked, ["service", "window"]].copy()
    for name, detector in {"IsolationForest": forest, "LOF": lof, "k-NN": knn}.items():
        result[name] = np.nan
        for service in table.service.unique():
            of = (table.service == service).to_numpy()
            if (of & train).sum() < LEAST or not (of & asked).any():
                continue
            known, new = scaled(table.loc[of & train, names], table.loc[of & asked, names])
            if (train == asked).all():
                new = known
            scores, usual = detector(known, new), np.median(detector(known, known))
            result.loc[result.service == service, name] = scores / usual
    truth = positives(folder)
    print(f"trained on {train.sum()} windows, asked about {asked.sum()}")
    result = result.dropna()
    if truth is None:
        print(result.sort_values("k-NN", ascending=False).head(5).to_string(index=False))
        return
    label = np.array([pair in truth for pair in zip(result.service, result.window)])
    print(f"{label.sum()} of {len(label)} windows are positive: guessing has an average precision of {label.mean():.3f}")
    if label.all() or not label.any():
        return
    for name in ("IsolationForest", "LOF", "k-NN"):
        roc, precision = roc_auc_score(label, result[name]), average_precision_score(label, result[name])
        print(f"{name}: ROC AUC {roc:.3f}, average precision {precision:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "features.parquet")
