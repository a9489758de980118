"""Conditions of routing rules. Each looks at one thing alone, so that `rule_cover` can tell what rules leave."""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

TICKED = ", "  # between the boxes ticked in a form
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_COMPARES: Mapping[str, Callable[[float, float], bool]] = MappingProxyType({
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq,
})  # fmt: skip

Value = str | float | bool | None


class Of(StrEnum):
    """What of an inquiry a condition reads."""

    CATEGORY = "category"
    CONFIDENCE = "confidence"
    LANGUAGE = "language"
    COUNTRY = "country"
    CHANNEL = "channel"
    CUSTOMER = "customer"
    FIELD = "field"
    HOURS = "hours"


READ_BY_A_MODEL = frozenset({Of.CATEGORY, Of.CONFIDENCE})


@dataclass(frozen=True, slots=True)
class About:
    """What a condition reads, and of fields and hours which one."""

    of: Of
    name: str = ""


class Condition(Protocol):
    """One condition of a rule."""

    @property
    def about(self) -> About:
        """What it reads."""
        ...

    def holds(self, value: Value) -> bool:
        """Whether it holds for one value."""
        ...

    def samples(self) -> Iterable[Value]:
        """Texts, or true and false, for which it may answer otherwise than for those that no rule names."""
        ...

    def __str__(self) -> str:
        """How it is told: ``language de``."""
        ...


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of several."""

    about: About
    values: tuple[str, ...]

    def holds(self, value: Value) -> bool:
        """Whether it is one of them."""
        return value in self.values

    def samples(self) -> Iterable[Value]:
        """Each of them."""
        return self.values

    def __str__(self) -> str:
        return f"{self.about.name or self.about.of} {' or '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The value is a number within bounds, each of them an operator and a number."""

    about: About
    bounds: tuple[tuple[str, float], ...]

    def holds(self, value: Value) -> bool:
        """Whether it is a number, and within all bounds."""
        number = as_number(value)
        return number is not None and all(_COMPARES[sign](number, bound) for sign, bound in self.bounds)

    def samples(self) -> Iterable[Value]:
        """None: its bounds are numbers, and so is what lies between them."""
        return ()

    def __str__(self) -> str:
        told = " and ".join(f"{sign} {bound:g}" for sign, bound in self.bounds)
        return f"{self.about.name or self.about.of} {told}"


@dataclass(frozen=True, slots=True)
class Given:
    """There is a value, whatever it is."""

    about: About

    def holds(self, value: Value) -> bool:
        """Whether it is more than blanks."""
        return value is not None and str(value).strip() != ""

    def samples(self) -> Iterable[Value]:
        """None: it tells nothing from something, whatever that is."""
        return ()

    def __str__(self) -> str:
        return f"{self.about.name or self.about.of} given"


@dataclass(frozen=True, slots=True)
class InHours:
    """It is within the hours of a calendar, or outside them."""

    about: About
    open: bool

    def holds(self, value: Value) -> bool:
        """Whether the calendar is as wanted; nothing is, while no time is known."""
        return value is self.open

    def samples(self) -> Iterable[Value]:
        """Both."""
        return [True, False]

    def __str__(self) -> str:
        return f"{'within' if self.open else 'outside'} the hours of {self.about.name}"


def plain(value: str) -> str:
    """A text as it is compared: people and forms write it in any case."""
    return value.strip().casefold()


def field_values(value: Any) -> tuple[Value, ...]:
    """What a field of a form holds: the whole, and where boxes were ticked each of them."""
    if isinstance(value, str):
        whole = plain(value)
        return (whole, *(whole.split(TICKED) if TICKED in whole else ()))
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, int | float):
        return (f"{value:.15g}",)
    return (None,)


def as_number(value: Value) -> float | None:
    """A number, or a text that is one: digits, with a point before decimals."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    if value is None or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)
