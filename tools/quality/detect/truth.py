"""Which windows are anomalous, by `labels/windows.parquet`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from grid import WINDOW_MS, Grid

LABELS = Path("labels", "windows.parquet")
COLUMNS = (
    ["case", "scenario", "truth", "affected_services", "impact", "start_ms", "trigger_ms", "rollout_end_ms"]
    + ["onset_ms", "impact_end_ms", "revert_ms", "recovery_end_ms", "end_ms"]
)
STARTS = {"onset": "onset_ms", "trigger": "trigger_ms"}

Case = dict[str, Any]


@dataclass
class Labels:
    """What each window counts as, services × windows, for one start of the positive windows."""

    state: np.ndarray
    """One of STATES."""
    scenario: np.ndarray
    """Of a positive window the index in `scenarios`, else -1."""

    def count(self, state: str) -> int:
        """Windows in a state."""
        return int((self.state == STATES[state]).sum())

    @property
    def scored(self) -> np.ndarray:
        """Windows that are either positive or negative."""
        return self.state >= 0


# What is below 0 is left out of the scores: neither quiet nor certainly anomalous.
STATES = {"negative": 0, "positive": 1, "rollout": -1, "before_onset": -2, "recovery": -3, "left_out_case": -4}


class Truth:
    """The cases of a run."""

    def __init__(self, cases: list[Case], grid: Grid) -> None:
        self.grid = grid
        self.cases = cases
        faults = [case for case in cases if case["truth"] == "fault"]
        self.judged = [case for case in faults if why_left_out(case) is None]
        self.left_out = [case for case in faults if why_left_out(case) is not None]
        self.scenarios = sorted({case["scenario"] for case in self.judged})

    def labels(self, start: str) -> Labels:
        """Positive from the onset, or from the trigger, to the end of the impact."""
        labels = Labels(np.zeros(self.grid.shape, dtype=np.int8), np.full(self.grid.shape, -1, dtype=np.int16))

        def mark(case: Case, state: str, first_ms: int | None, last_ms: int | None, everywhere: bool = False) -> None:
            where = self.overlapping(first_ms, last_ms)
            for row, service in enumerate(self.grid.services):
                if everywhere or service in json.loads(case["affected_services"] or "[]"):
                    labels.state[row, where] = STATES[state]
                    positive = self.scenarios.index(case["scenario"]) if state == "positive" else -1
                    labels.scenario[row, where] = positive

        # The later mark wins.
        for case in self.left_out:
            mark(case, "left_out_case", case["trigger_ms"], self.over(case))
        for case in self.judged:
            mark(case, "recovery", impact_end(case), self.over(case))
            if start == "onset":
                mark(case, "before_onset", case["trigger_ms"], case["onset_ms"])
        for case in self.judged:
            mark(case, "positive", case[STARTS[start]], impact_end(case))
        for case in self.cases:
            length = rollout_ms(case)
            for began in (case["trigger_ms"], case["revert_ms"]):
                if length > 0 and began is not None:
                    mark(case, "rollout", began, began + length, everywhere=True)
        return labels

    def over(self, case: Case) -> int:
        """From when on the services are known to be as before.

        Nobody has seen the end of a fault without a recovery: what follows is neither quiet nor certainly anomalous until the next
        case begins, and to the end of the run where the fault was not taken back at all, which shows by an impact up to the
        end of its case.
        """
        if case["recovery_end_ms"] is not None:
            return case["recovery_end_ms"]
        after = [other["start_ms"] - 1 for other in self.cases if other["start_ms"] > case["trigger_ms"]]
        not_taken_back = case["impact_end_ms"] is not None and case["impact_end_ms"] >= case["end_ms"]
        return self.grid.end_ms if not_taken_back else min(after, default=self.grid.end_ms)

    def overlapping(self, first_ms: int | None, last_ms: int | None) -> np.ndarray:
        """Windows that share a moment with [first, last]."""
        starts = self.grid.starts_ms
        if first_ms is None or last_ms is None:
            return np.zeros(starts.shape, dtype=bool)
        return (starts <= last_ms) & (starts + WINDOW_MS > first_ms)


def why_left_out(case: Case) -> str | None:
    """Why a fault has no positive window, if so."""
    if case["impact"] == "no_impact":
        return "no impact"
    return "no onset" if case["onset_ms"] is None else None


def impact_end(case: Case) -> int | None:
    """End of the positive windows: as it was measured, else the nearest that was."""
    return next((case[name] for name in ("impact_end_ms", "revert_ms", "end_ms") if case[name] is not None), None)


def rollout_ms(case: Case) -> int:
    """How long the change itself may be seen; 0 where it replaces nothing."""
    if case["rollout_end_ms"] is None or case["trigger_ms"] is None:
        return 0
    return max(0, case["rollout_end_ms"] - case["trigger_ms"])


def read_truth(folder: Path, grid: Grid) -> Truth:
    """The labels of a dataset; a run without labels is one in which nothing was changed."""
    path = folder / LABELS
    if not path.exists():
        return Truth([], grid)
    table = pq.read_table(path)
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise SystemExit(f"{path} must have the columns {', '.join(COLUMNS)}, and lacks {', '.join(missing)}")
    return Truth(table.select(COLUMNS).sort_by("case").to_pylist(), grid)
