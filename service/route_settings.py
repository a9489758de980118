"""Settings of business hours, customer kinds and routing rules, and what of them names nothing that there is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.pipeline.calendar import Calendar, Interval, PublicHolidays
from service.pipeline.conditions import (
    About,
    Compared,
    Condition,
    Given,
    InHours,
    Of,
    OneOf,
    field_values,
    plain,
)
from service.pipeline.detection.languages import UnknownLanguage, normalise
from service.pipeline.rules import FORM, CustomerKind, Priority, Rule, Rules
from service.setting_types import Table, ZoneName, unfit

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)"
_INTERVAL = re.compile(rf"\s*({_TIME})\s*-\s*({_TIME})\s*")
_BOUND = re.compile(r"\s*(>=|<=|>|<|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)\s*")
_DURATION = re.compile(r"(?:(\d{1,4})h)?\s*(?:(\d{1,5})m)?")


def _place(place: str) -> str:
    PublicHolidays(place)
    return place


def _intervals(told: tuple[str, ...]) -> tuple[str, ...]:
    found = [_interval(one) for one in told]
    for (_, end), (start, _) in pairwise(found):
        if start < end:
            raise ValueError("its intervals are not apart and in order")
    return told


def _interval(told: str) -> Interval:
    found = _INTERVAL.fullmatch(told)
    if found is None:
        raise ValueError(f"{told!r} is not an interval such as 09:00-17:30")
    start, end = _since_midnight(found[1]), _since_midnight(found[6])
    if start >= end:
        raise ValueError(f"{told!r} ends before it begins; what goes past midnight belongs to two days")
    return start, end


def _since_midnight(told: str) -> timedelta:
    hours, minutes = told.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _duration(told: object) -> object:
    if not isinstance(told, str):
        return told
    found = _DURATION.fullmatch(told.strip())
    if found is None or not (found[1] or found[2]):
        raise ValueError(f"{told!r} is not a duration such as 4h, 90m or 1h30m")
    return timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))


def _several(told: object) -> object:
    """One is written without brackets."""
    return (told,) if isinstance(told, str | int | float) else told


def _day(told: object) -> object:
    try:
        return date.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        raise ValueError(f"{told!r} is not a date such as 2026-12-24") from None


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Day = Annotated[date, BeforeValidator(_day)]
Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
RuleName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\n\r]*$")]
Told = bool | int | float | str
Intervals = Annotated[tuple[str, ...], AfterValidator(_intervals)]


class CalendarSettings(Table):
    """When people are at work."""

    zone: ZoneName
    hours: dict[Weekday, Intervals]
    holidays: Annotated[str, AfterValidator(_place)] | None = None
    closed: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if not any(self.hours.values()):
            raise unfit("hours", "it is never open; a desk without a calendar is always open")
        return self

    @cached_property
    def calendar(self) -> Calendar:
        """The business hours."""
        hours = {_WEEKDAYS.index(day): [_interval(one) for one in told] for day, told in self.hours.items()}
        return Calendar(ZoneInfo(self.zone), hours, PublicHolidays(self.holidays, self.closed))


class Hours(Table):
    """Within or outside business hours."""

    calendar: str
    open: bool


class CustomerSettings(Table):
    """Which customers are of a kind: any of these is enough."""

    fields: dict[str, Told | tuple[Told, ...]] = Field({})
    domains: tuple[str, ...] = ()
    other_domains: bool = False

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if not (self.fields or self.domains or self.other_domains):
            raise unfit("fields", "nothing tells who is of this kind: fields, domains or other_domains")
        _conditions_on_fields(self.fields)
        return self

    def kind(self, name: str) -> CustomerKind:
        """The kind, as rules know it."""
        domains = frozenset(plain(domain).lstrip("@") for domain in self.domains)
        return CustomerKind(name, _conditions_on_fields(self.fields), domains, self.other_domains)


class RouteSettings(Table):
    """A routing rule: conditions, each of which may be left out, and what holds for what fits them all."""

    name: RuleName
    category: Several = ()
    language: Several = ()
    country: Several = ()
    channel: Several = ()
    form: Several = ()
    customer: Several = ()
    fields: dict[str, Told | tuple[Told, ...]] = Field({})
    confidence: str | None = None
    hours: Hours | None = None
    desk: str | None = None
    priority: Priority | None = None
    due: Duration | None = None
    even_if_uncertain: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.desk is None and self.priority is None and self.due is None:
            raise unfit("desk", "the rule says nothing: desk, priority or due is needed")
        if self.form and FORM in self.fields:
            raise unfit("form", "give either form or fields.form")
        self.rule({})
        return self

    def rule(self, present_names: Mapping[str, str]) -> Rule:
        """The rule, as the router knows it.

        Args:
            present_names: What categories are called now that had another name.
        """
        return Rule(
            self.name, tuple(self._conditions(present_names)), self.desk, self.priority, self.due,
            self.even_if_uncertain,
        )  # fmt: skip

    def _conditions(self, present_names: Mapping[str, str]) -> Iterator[Condition]:
        values = {
            Of.CATEGORY: tuple(present_names.get(name, name) for name in self.category),
            Of.LANGUAGE: tuple(_code_of(tag) for tag in self.language),
            Of.COUNTRY: tuple(code.strip().upper() for code in self.country),
            Of.CHANNEL: self.channel,
            Of.CUSTOMER: self.customer,
        }
        yield from (OneOf(About(of), told) for of, told in values.items() if told)
        yield from _conditions_on_fields({FORM: self.form} if self.form else {})
        yield from _conditions_on_fields(self.fields)
        if self.confidence is not None:
            yield _compared(About(Of.CONFIDENCE), "confidence", self.confidence)
        if self.hours:
            yield InHours(About(Of.HOURS, self.hours.calendar), self.hours.open)


def rules_of(
    routes: Sequence[RouteSettings],
    customers: Mapping[str, CustomerSettings],
    calendars: Mapping[str, CalendarSettings],
    present_names: Mapping[str, str],
) -> Rules:
    """The rules as the router asks them."""
    return Rules(
        [one.rule(present_names) for one in routes],
        [one.kind(name) for name, one in customers.items()],
        {name: one.calendar for name, one in calendars.items()},
    )


def by_name(keys: tuple[str, ...], values: Mapping[str, Any]) -> tuple[str, ...]:
    """Where something stands in the settings, with a rule's name in place of its number."""
    with suppress(LookupError, TypeError, ValueError):
        if keys[0] == "routes":
            return ("routes", f"'{values['routes'][int(keys[1])]['name']}'", *keys[2:])
    return keys


def _code_of(tag: str) -> str:
    with suppress(UnknownLanguage):
        return normalise(tag).code
    return tag


def _conditions_on_fields(fields: Mapping[str, Told | tuple[Told, ...]]) -> tuple[Condition, ...]:
    return tuple(_on_field(name, told) for name, told in fields.items())


def _on_field(name: str, told: Told | tuple[Told, ...]) -> Condition:
    about = About(Of.FIELD, name)
    if isinstance(told, str) and told.startswith(("<", ">", "=")):
        return _compared(about, f"fields.{name}", told)
    if told == "*":
        return Given(about)
    several = told if isinstance(told, tuple) else (told,)
    if not several or any(isinstance(one, str) and one.startswith(("<", ">", "=")) for one in several):
        raise unfit(f"fields.{name}", 'a list holds values; a comparison stands alone, such as ">= 1000"')
    return OneOf(about, tuple(str(field_values(one)[0]) for one in several))


def _compared(about: About, key: str, told: str) -> Compared:
    bounds = [_BOUND.fullmatch(one) for one in told.split(",")]
    if not all(bounds):
        raise unfit(key, f'{told!r} is not a comparison such as ">= 0.5" or ">= 0.5, < 0.8"')
    return Compared(about, tuple((one[1], float(one[2])) for one in bounds if one))
