"""Streams the flat files of a dataset, a row group's part at a time, as numpy arrays."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_BATCH = 65_536

FILES = {
    "logs": "ocsf_logs.parquet",
    "traces": "ocsf_traces.parquet",
    "metrics": "ocsf_metrics.parquet",
    "changes": "ocsf_changes.parquet",
}


class Codes:
    """Small numbers for texts, the same over all batches of a file; -1 is null."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}

    def encode(self, column: pa.Array) -> np.ndarray:
        """Codes of one batch's column, int64."""
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        known = [-1 if text is None else self.of.setdefault(text, len(self.of)) for text in column.dictionary.to_pylist()]
        numbers = np.array([*known, -1], dtype=np.int64)
        return numbers[column.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)]

    @property
    def texts(self) -> list[str]:
        """The texts in the order of their codes."""
        return list(self.of)


def batches(folder: Path, signal: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Batches of one flat file in its order, with text columns as dictionaries."""
    path = folder / FILES[signal]
    with pq.ParquetFile(path) as plain:
        texts = [name for name in columns if pa.types.is_string(plain.schema_arrow.field(name).type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        yield from file.iter_batches(ROWS_A_BATCH, columns=columns, use_threads=False)


def numbers(column: pa.Array) -> np.ndarray:
    """A numeric column as float64, null as NaN; times in ms are exact in it."""
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
