"""The filters of a list, as a link or a form of it brings them. What does not fit is left out, and named."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.storage.search import understand
from service.storage.ticket_list import NO_CATEGORY, NOBODY, PRIORITIES, Filters

AGES = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1), "3d": timedelta(days=3),
        "7d": timedelta(days=7)}  # fmt: skip
STATUSES: dict[str, str | None] = {"open": "open", "closed": "closed", "any": None}
ME, NOBODYS, NONE = "me", "nobody", "none"
_ORDERS = {"newest": False, "urgent": True}
_LANGUAGE_MAX_CHARS = 35


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a list.

    Attributes:
        filters: What it means.
        given: As it was asked, so that links and forms can carry it; only what differs from an unfiltered list.
        unfit: The names of what was left out.
    """

    filters: Filters
    given: dict[str, str]
    unfit: tuple[str, ...]

    @property
    def is_narrowed(self) -> bool:
        """Whether tickets are left out of the list, but for their status."""
        return bool(self.given.keys() - {"status", "order"})

    @property
    def narrowing(self) -> int:
        """How many of the folded-up filters are used."""
        return len(self.given.keys() - {"q", "status", "order"})


def read(asked: Mapping[str, str], me: str, categories: Collection[str]) -> Asked:
    """Understand the query of a list's address.

    Args:
        asked: The query's parameters.
        me: Whoever asks, as the journal names them.
        categories: Those that there are, under all their names.
    """
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "status": ("status", STATUSES.__getitem__),
        "category": ("category", lambda name: _category(name, categories)),
        "language": ("language", _language),
        "below": ("below", _share),
        "age": ("older_than", AGES.__getitem__),
        "assigned": ("assigned_to", lambda name: _person(name, me)),
        "priority": ("priority", lambda name: PRIORITIES[PRIORITIES.index(name)]),
        "due": ("overdue", {"overdue": True}.__getitem__),
        "q": ("search", _search),
        "order": ("by_urgency", _ORDERS.__getitem__),
    }
    values, given, unfit = {}, {}, []
    for name, (attribute, reader) in readers.items():
        text = asked.get(name, "").strip()
        if not text:
            continue
        try:
            values[attribute] = reader(text)
            given[name] = text
        except (KeyError, ValueError):
            unfit.append(name)
    unchanged = {("status", "open"), ("order", "newest")}
    return Asked(Filters(**values), dict(item for item in given.items() if item not in unchanged), tuple(unfit))


def _category(name: str, categories: Collection[str]) -> str:
    if name == NONE:
        return NO_CATEGORY
    if name not in categories:
        raise ValueError(name)
    return name


def _language(code: str) -> str:
    if len(code) > _LANGUAGE_MAX_CHARS or not code.replace("-", "").isalnum():
        raise ValueError(code)
    return code


def _share(percent: str) -> float:
    if not (percent.isdecimal() and len(percent) <= 3 and 0 < int(percent) <= 100):
        raise ValueError(percent)
    return int(percent) / 100


def _person(name: str, me: str) -> str:
    if name == NOBODYS:
        return NOBODY
    if "\x00" in name:
        raise ValueError(name)
    return me if name == ME else f"user:{name.removeprefix('user:')}"


def _search(query: str) -> object:
    found = understand(query)
    if found is None:
        raise ValueError(query)
    return found
