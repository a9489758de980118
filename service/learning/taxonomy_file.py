"""Changes of categories in loket.toml that keep everything else in it.

A comment above a category belongs, for whoever reads TOML, to the table before it, and goes where that goes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError

from model.places import Folder
from service.errors import InvalidInput


class TaxonomyFile:
    """A loket.toml whose categories are changed; a company without categories of its own starts from the default.

    Args:
        path: Of the file, which need not exist.
        document: Its content.
    """

    def __init__(self, path: Path, document: tomlkit.TOMLDocument) -> None:
        self._path, self._document = path, document

    @classmethod
    def read(cls, path: Path, values: Mapping[str, Any]) -> Self:
        """Read it.

        Args:
            path: Of the file.
            values: The configuration in force, whose categories and desks a file without any gets.

        Raises:
            InvalidInput: It cannot be read.
        """
        try:
            document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        except (OSError, UnicodeDecodeError, TOMLKitError) as error:
            raise InvalidInput(f"{path} cannot be read: {error}") from error
        for name in ("categories", "desks"):
            if isinstance(document.get(name), OutOfOrderTableProxy):  # scattered in the file: brought together
                values, document = document.unwrap(), _without(document, name)
            if name not in document:
                document[name] = tomlkit.item(dict(values[name]))
        return cls(path, document)

    def merge(self, names: Sequence[str], into: str) -> None:
        """Make one category of several, or give one another name; the first one's table stays.

        Raises:
            InvalidInput: There is no such category, or the new name is another category's.
        """
        names = list(dict.fromkeys(names))
        self._require(names)
        tables = self._document["categories"]
        if into in tables and into not in names:
            raise InvalidInput(f"there is a category {into!r} already; name it among those to merge")
        first = into if into in names else names[0]
        table = tables[first]
        others = [name for name in dict.fromkeys(names) if name != into]
        former = [old for name in names for old in tables[name].get("formerly", [])]
        for name in names:
            del tables[name]
        table["formerly"] = [name for name in dict.fromkeys([*former, *others]) if name != into]
        tables[into] = table

    def split(self, name: str, parts: Sequence[str]) -> None:
        """Put several categories in the place of one, each with its desk.

        Raises:
            InvalidInput: There is no such category, or a new name is taken.
        """
        tables = self._document["categories"]
        self._require([name])
        if taken := [part for part in parts if part in tables and part != name]:
            raise InvalidInput(f"there is a category {taken[0]!r} already")
        if len(set(parts)) < 2:
            raise InvalidInput("a category is split into two or more")
        old = tables[name]
        del tables[name]
        for part in parts:
            tables[part] = {key: old[key] for key in ("meaning", "desk", "threshold") if key in old}

    def tables(self) -> dict[str, Any]:
        """Its values, as a configuration has them."""
        return dict(self._document.unwrap())

    def write(self) -> None:
        """Put it in the place of the old one, whole or not at all."""
        try:
            path = self._path.resolve()
            Folder(path.parent).write(path.name, tomlkit.dumps(self._document).encode())
        except OSError as error:
            raise InvalidInput(f"{self._path} cannot be written: {error.strerror}") from error

    def _require(self, names: Sequence[str]) -> None:
        known = list(self._document["categories"])
        if strange := [name for name in names if name not in known]:
            raise InvalidInput(f"there is no category {strange[0]!r}; there are {', '.join(known)}")


def _without(document: tomlkit.TOMLDocument, name: str) -> tomlkit.TOMLDocument:
    document.remove(name)
    return document
