"""Trains standard detectors on a dataset's features and scores them by its ground truth.

usage: python tools/quality/detect FOLDER --out FILE [--campaign NAME]

FOLDER is a fetched dataset with its labels; FILE gets the report as JSON. Nothing of the labels becomes a feature.
"""

import argparse
import json
import sys
from pathlib import Path

import pyarrow as pa

from report import make_report


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Scores standard detectors on a dataset.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--campaign")
    options = parser.parse_args(argv)
    pa.set_memory_pool(pa.system_memory_pool())  # gives memory back after each batch
    report = make_report(options.folder, options.campaign)
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
