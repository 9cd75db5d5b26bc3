"""Is the dataset neither trivial nor hopeless? Bands that inform: nothing fails by them."""

from typing import Any

from scores import rounded

BEST = (0.65, 0.92)
SIGNAL = 0.99
HARD = 0.7
SOLVED = 0.95
SOLVED_SHARE = 1 / 3
METADATA = 0.6
PREVALENCE = (0.01, 0.1)

Check = dict[str, Any]


def check(name: str, title: str, figure: float | None, limit: str, ok: bool | None, why: str) -> Check:
    """`ok` is null where there was nothing to judge by; `why` says what it matters for."""
    verdict = None if figure is None or ok is None else bool(ok)
    return {"name": name, "title": title, "figure": rounded(figure), "limit": limit, "ok": verdict, "gate": False, "why": why}


def checks(report: dict[str, Any], campaign: str | None) -> list[Check]:
    """All bands of a report that has its figures."""
    whole = [each for each in report["detectors"] if each["features"] == "all"]
    signals = [each for each in report["detectors"] if each["features"] in ("logs", "traces", "metrics")]
    best, signal = greatest(whole), greatest(signals)
    hard = hardest(report["per_scenario"], [each["name"] for each in whole])
    solved = solved_share(report["per_scenario"])
    metadata = report["metadata"]
    prevalence = report["windows"]["onset"]["prevalence"]
    tree = "a model that learns versions or hours learns nothing about faults"
    return [
        check(
            *("best_detector", "best standard detector, AUC-ROC from the onset", best, f"{BEST[0]}–{BEST[1]}"),
            best is not None and BEST[0] <= best <= BEST[1],
            "above it the faults are trivial, below it nothing in the data gives them away",
        ),
        check(
            *("single_signal", "best detector on one signal alone, AUC-ROC", signal, f"≤ {SIGNAL}"),
            signal is not None and signal <= SIGNAL,
            "where one signal tells all, there is nothing to gain from the others",
        ),
        check(
            *("hard_scenario", "each method on its hardest scenario, the best of them, AUC-ROC", hard, f"< {HARD}"),
            hard is not None and hard < HARD,
            "a method without a scenario that it fails on leaves no room for a better one",
        ),
        check(
            *("one_liners", f"share of scenarios that a one-line detector solves (AUC > {SOLVED})", solved, "≤ 1/3"),
            solved is not None and solved <= SOLVED_SHARE,
            "what a threshold on one metric finds needs no model",
        ),
        check(
            *("metadata", "version, host and hour alone, AUC-ROC on other blocks of time"),
            *(metadata["cross_validated_auc"], f"≤ {METADATA}"),
            (metadata["cross_validated_auc"] or 0) <= METADATA,
            tree,
        ),
        check(
            *("metadata_in_sample", "version, host and hour alone, AUC-ROC in sample"),
            *(metadata["in_sample_auc"], f"≤ {METADATA}"),
            (metadata["in_sample_auc"] or 0) <= METADATA,
            tree,
        ),
        check(
            *("prevalence", "share of anomalous windows", prevalence),
            "1–10 % in a standard campaign",
            PREVALENCE[0] <= (prevalence or 0) <= PREVALENCE[1] if campaign == "standard" else None,
            "anomalies are rare in life; where they are not, scores flatter",
        ),
    ]


def greatest(detectors: list[dict[str, Any]]) -> float | None:
    """Best AUC-ROC of them, from the onset."""
    return max((each["onset"]["roc_auc"] for each in detectors if each["onset"]["roc_auc"] is not None), default=None)


def hardest(per_scenario: dict[str, Any], methods: list[str]) -> float | None:
    """Of each method the AUC of its hardest scenario; the greatest of those."""
    found = []
    for method in methods:
        of = [
            each["onset"]["roc_auc"]
            for scenario in per_scenario.values()
            for each in scenario["detectors"]
            if each["name"] == method and each["features"] == "all" and each["onset"]["roc_auc"] is not None
        ]
        if of:
            found.append(min(of))
    return max(found, default=None)


def solved_share(per_scenario: dict[str, Any]) -> float | None:
    """Scenarios whose best one-line detector is above the limit."""
    best = [scenario["one_liners"][0]["onset"]["roc_auc"] for scenario in per_scenario.values() if scenario["one_liners"]]
    return sum(auc > SOLVED for auc in best) / len(best) if best else None
