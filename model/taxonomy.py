"""The categories as their company describes them: what a model can go by before anybody has labelled anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OUT_OF_SCOPE = "out_of_scope"  # the label of inquiries that belong to no category
_ALSO_OUT_OF_SCOPE = {OUT_OF_SCOPE, "oos"}  # the second is CLINC150's


def is_out_of_scope(label: str) -> bool:
    """Whether a label says that the inquiry belongs to no category."""
    return label in _ALSO_OUT_OF_SCOPE


@dataclass(frozen=True, slots=True)
class Category:
    """A category's name, its meaning in words, and examples."""

    name: str
    meaning: str = ""
    examples: tuple[str, ...] = ()

    def descriptions(self) -> list[str]:
        """Texts that stand for the category: its name in plain words, each part of its meaning, its examples."""
        parts = [part.strip() for part in self.meaning.replace(":", ",").replace(";", ",").split(",")]
        whole = [self.meaning] if self.meaning else []
        return list(
            dict.fromkeys([_in_words(self.name), *whole, *(part for part in parts if part), *self.examples])
        )


def from_configuration(values: Mapping[str, Any]) -> list[Category]:
    """The categories of a configuration's tables ``[categories.…]``."""
    tables = values.get("categories") or {}
    return [
        Category(name, str(table.get("meaning") or ""), _list_of(table.get("examples")))
        for name, table in tables.items()
    ]


def _list_of(examples: Any) -> tuple[str, ...]:
    return tuple(map(str, examples)) if isinstance(examples, list | tuple) else ()


def named(names: Iterable[str]) -> list[Category]:
    """Categories of which nothing but the name is known."""
    return [Category(name) for name in names]


def _in_words(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").split()).lower()
