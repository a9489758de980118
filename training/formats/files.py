"""What every format reads and writes: bounded text, JSON, CSV, texts beside a file; places name what is wrong."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from model.errors import TrainingDataInvalid
from model.places import Folder

FILE_MAX_BYTES = 500_000_000  # far above a million inquiries; above it, it is not a file of labels
TEXT_MAX_CHARS = 1_000_000  # as training.dataset; the services' own limits lie between 10,000 and 125,000
TEXT_MAX_BYTES = 4 * TEXT_MAX_CHARS  # a character of UTF-8 has at most four
T = TypeVar("T")


def read_bytes(path: Path, most: int = FILE_MAX_BYTES) -> bytes:
    """A file's content.

    Raises:
        TrainingDataInvalid: It cannot be read, or has more than ``most`` bytes.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise TrainingDataInvalid(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise TrainingDataInvalid(f"{path}: has more than {most:,} bytes")
    return content


def read_text(path: Path) -> str:
    """A whole file as text; a byte order mark is dropped.

    Raises:
        TrainingDataInvalid: It cannot be read, is too large, is not UTF-8 or holds NUL.
    """
    return decode(path, read_bytes(path)).removeprefix("\ufeff")


def decode(place: object, content: bytes) -> str:
    """Text of bytes, exactly.

    Raises:
        TrainingDataInvalid: They are not UTF-8, or hold NUL, as UTF-16 does.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TrainingDataInvalid(f"{place}:{line}: is not UTF-8 (byte {content[error.start]:#04x})") from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise TrainingDataInvalid(f"{place}:{line}: holds a NUL character")
    return text


def parse_json(place: object, text: str) -> Any:
    """A JSON value.

    Raises:
        TrainingDataInvalid: It is none, or is nested too deeply.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        found = (
            f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "too deep or long"
        )
        raise TrainingDataInvalid(f"{place}: is not JSON ({found})") from error


def json_lines(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of JSON Lines, with its place; empty lines are passed over.

    Raises:
        TrainingDataInvalid: A line is not a JSON object.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{path}:{number}"
            yield place, expect(place, "the line", parse_json(place, line), dict)


def expect(place: object, what: str, value: Any, kind: type[T]) -> T:
    """A JSON value of a kind: an object (dict), a list or a text (str).

    Raises:
        TrainingDataInvalid: It is of another.
    """
    if not isinstance(value, kind):
        name = {"dict": "a JSON object", "list": "a list"}.get(kind.__name__, "a text")
        raise TrainingDataInvalid(f"{place}: {what} is not {name}")
    return value


def shown(names: Iterable[object]) -> str:
    """Names from a file, for a message: on one line, and not all of thousands."""
    return ", ".join(repr(name)[:80] for name in islice(names, 10))


def csv_rows(path: Path, text: str, delimiter: str = ",") -> Iterator[tuple[str, list[str]]]:
    """Each row of CSV, with its place; empty lines are passed over.

    Raises:
        TrainingDataInvalid: A quote is left open or misplaced, or a field is longer than TEXT_MAX_CHARS.
    """
    csv.field_size_limit(TEXT_MAX_CHARS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    starts_at = 1
    try:
        for row in reader:
            if row:
                yield f"{path}:{starts_at}", row
            starts_at = reader.line_num + 1
    except csv.Error as error:
        raise TrainingDataInvalid(f"{path}:{starts_at}: {error}") from error


def csv_content(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV of RFC 4180, exactly as they are.

    A text that begins with ``=`` stays one: it is training data, and a spreadsheet is not its reader.
    """
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode()


def json_content(value: Any) -> bytes:
    """A value as one line of JSON, characters as they are."""
    return (json.dumps(value, ensure_ascii=False) + "\n").encode()


def text_beside(place: str, folder: Path, location: str) -> str:
    """The text of a file named by another file that lies in ``folder``.

    Raises:
        TrainingDataInvalid: The name leads out of the folder, also by a symbolic link, or it cannot be read.
    """
    path = folder / relative(place, location)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise TrainingDataInvalid(f"{place}: {location!r} leads out of the folder")
    return decode(path, read_bytes(path, TEXT_MAX_BYTES)).removeprefix("\ufeff")


def relative(place: str, location: str) -> PurePosixPath:
    """A location below a folder.

    Raises:
        TrainingDataInvalid: It is absolute, climbs up, or is not a name on every system.
    """
    path = PurePosixPath(location)
    is_odd = "\\" in location or any(letter < " " for letter in location) or _is_surrogate(location)
    is_elsewhere = path.is_absolute() or bool(PureWindowsPath(location).drive) or ".." in path.parts
    if is_odd or is_elsewhere or not path.parts:
        raise TrainingDataInvalid(f"{place}: {location!r} is not a place below the folder")
    return path


def replace_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        TrainingDataInvalid: It cannot be written; what was there before is still there.
    """
    try:
        Folder(path.parent).write(path.name, content)
    except OSError as error:
        raise TrainingDataInvalid(f"{path}: cannot be written: {error.strerror}") from error


def _is_surrogate(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def checked_text(place: object, what: str, text: Any) -> str:
    """A text that can be stored and trained on, as it is.

    Raises:
        TrainingDataInvalid: It is none, blank, too long, or holds NUL or half a character.
    """
    value = expect(place, what, text, str)
    if not value.strip():
        raise TrainingDataInvalid(f"{place}: {what} is empty")
    if len(value) > TEXT_MAX_CHARS:
        raise TrainingDataInvalid(f"{place}: {what} has more than {TEXT_MAX_CHARS:,} characters")
    if "\x00" in value or _is_surrogate(value):
        raise TrainingDataInvalid(f"{place}: {what} holds a NUL character or half a surrogate pair")
    return value
