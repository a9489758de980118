"""A zip from elsewhere, read in place: nothing is unpacked onto the disk, and what it may grow to is bounded."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from model.errors import TrainingDataInvalid
from training.formats.files import FILE_MAX_BYTES, TEXT_MAX_BYTES, decode, relative

MAX_FILES = 200_000  # twice the documents that Azure allows in a project
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Zipped:
    """An open zip; all that is read of it together has at most FILE_MAX_BYTES."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self.path = path
        self._file = file
        self._left = FILE_MAX_BYTES

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["Zipped"]:
        """Open a zip.

        Raises:
            TrainingDataInvalid: It is broken, or names more than MAX_FILES files.
        """
        try:
            file = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise TrainingDataInvalid(f"{path}: is not a zip that can be read: {error}") from error
        with file:
            if len(file.namelist()) > MAX_FILES:
                raise TrainingDataInvalid(f"{path}: has more than {MAX_FILES:,} files")
            yield cls(path, file)

    def only_json(self) -> str:
        """The name of its one JSON file.

        Raises:
            TrainingDataInvalid: It has none, or several.
        """
        names = [name for name in self._file.namelist() if _is_json(PurePosixPath(name))]
        if len(names) != 1:
            raise TrainingDataInvalid(f"{self.path}: has {len(names)} JSON files, not one project")
        return names[0]

    def text(self, place: str, name: str, most: int = FILE_MAX_BYTES) -> str:
        """The text of a file.

        Raises:
            TrainingDataInvalid: It is missing, locked, broken, not UTF-8, or has more than ``most`` bytes.
        """
        try:
            with self._file.open(name) as file:
                content = file.read(min(most, self._left) + 1)
        except KeyError as error:
            raise TrainingDataInvalid(f"{place}: {name!r} is not in the zip") from error
        except _BROKEN as error:
            raise TrainingDataInvalid(f"{place}: {name!r} cannot be read: {error}") from error
        self._left -= len(content)
        if len(content) > most or self._left < 0:
            raise TrainingDataInvalid(f"{place}: {name!r} grows beyond {most:,} bytes, or the zip beyond its bound")
        return decode(f"{place}: {name!r}", content)

    def text_below(self, place: str, folder: PurePosixPath, location: str) -> str:
        """The text of a document, at a place below a folder of the zip."""
        name = str(folder / relative(place, location))
        return self.text(place, name, TEXT_MAX_BYTES).removeprefix("\ufeff")


def _is_json(path: PurePosixPath) -> bool:
    """Whether a name is one of a JSON file, and not one of those that macOS puts beside each."""
    return path.suffix.lower() == ".json" and not path.name.startswith("._")
