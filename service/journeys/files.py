"""Files of rows: JSON Lines or Parquet, in portions, there whole under their name or not at all."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from service.errors import CannotStart
from service.journeys.columns import Row

Write = Callable[[list[Row]], None]
FORMATS = ("parquet", "jsonl")
_GROUP = 10_000  # rows of a Parquet row group: enough to compress well, few enough to hold


@contextmanager
def rows_file(format_: str, output: Path | None, columns: Mapping[str, str]) -> Iterator[Write]:
    """A file to write rows to; without a name, JSON Lines to standard output.

    Args:
        format_: One of `FORMATS`.
        output: Where; it appears at the end, and stays away or as it was if something fails.
        columns: Their names and kinds, in order.

    Raises:
        CannotStart: Parquet's library is not installed.
    """
    write_to = _parquet if format_ == "parquet" else _json_lines
    if output is None:
        with _lines(sys.stdout) as write:
            yield write
        return
    with _whole(output) as unfinished, write_to(unfinished, columns) as write:
        yield write


@contextmanager
def _whole(output: Path) -> Iterator[Path]:
    unfinished = output.with_name(f".{output.name}.{secrets.token_hex(8)}")
    try:
        yield unfinished
        os.replace(unfinished, output)  # noqa: PTH105 - the same, and it says that what was there is replaced
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _json_lines(path: Path, _columns: Mapping[str, str]) -> Iterator[Write]:
    with path.open("x", encoding="utf-8") as file, _lines(file) as write:
        yield write


@contextmanager
def _lines(file: TextIO) -> Iterator[Write]:
    def write(rows: list[Row]) -> None:
        file.writelines(json.dumps(row, ensure_ascii=False, default=_as_text) + "\n" for row in rows)

    yield write


@contextmanager
def _parquet(path: Path, columns: Mapping[str, str]) -> Iterator[Write]:
    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise CannotStart('Parquet needs pyarrow: pip install "loket[parquet]"') from None
    kinds = {
        "text": pa.string(), "int": pa.int32(), "float": pa.float64(), "bool": pa.bool_(),
        "moment": pa.timestamp("ms", tz="UTC"),
    }  # fmt: skip
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    kept: list[Row] = []
    with ParquetWriter(path, schema, compression="zstd") as writer:

        def write(rows: list[Row]) -> None:
            kept.extend(rows)
            while len(kept) >= _GROUP:
                writer.write_table(pa.Table.from_pylist(kept[:_GROUP], schema))
                del kept[:_GROUP]

        yield write
        writer.write_table(pa.Table.from_pylist(kept, schema))


def _as_text(value: Any) -> str:
    return str(value.isoformat().replace("+00:00", "Z"))
