"""What an exported row says: the steps of journeys, coarse enough that few can be told by them.

Columns are derived here once, so that whoever studies journeys need not: parts of the date, business hours, how
soon a person looked and answered, the language family, whether the customer asked of the same product before.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.journeys.event import Known, actor_kind
from service.journeys.families import FAMILY
from service.storage.records import Step

Row = dict[str, Any]
OTHER = "other"
BUILT_IN = {
    "inquiry": "int", "step_number": "int", "step": "text", "actor": "text",
    "time": "moment", "date": "text", "year": "int", "month": "int", "week": "int", "weekday": "int", "hour": "int",
    "business_hours": "bool", "channel": "text", "language": "text", "language_family": "text", "country": "text",
    "product": "text", "product_kind": "text", "product_count": "int",
    "activity": "text", "last_activity": "text", "desk": "text", "confidence": "float", "automatic": "bool",
    "model": "text", "rule": "text", "priority": "text", "seconds_since_received": "float",
    "minutes_to_first_open": "float", "minutes_to_answer": "float", "desks": "int", "corrected": "bool",
    "text_chars": "text", "customer": "text", "customer_inquiry": "int", "days_since_last": "int",
    "same_product_again": "bool",
}  # fmt: skip
NUMBERS = tuple(name for name, kind in BUILT_IN.items() if kind in {"int", "float"} and name != "inquiry")
RARE = ("channel", "language", "language_family", "country", "product")  # told only where enough inquiries say so
_TEXT_CHARS = (101, 301, 1_001, 3_001)
_NTH_MAX, _DAYS_MAX = 10, 366  # "the tenth or a later one", "more than a year": few are told by a large number


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the company's own: a form field, one of `NUMBERS`, or a constant.

    Attributes:
        name: Of the column.
        field: The form field whose value it is; to name it here is to allow that it leaves.
        of: The number that is put in buckets.
        constant: The same in each row.
        buckets: Bounds that ascend, each the first number of the next bucket.
    """

    name: str
    field: str | None = None
    of: str | None = None
    constant: str | None = None
    buckets: tuple[float, ...] = ()

    def of_form(self, fields: Mapping[str, Any]) -> str | None:
        """What the form says."""
        value = fields.get(self.field) if self.field else None
        if value is None or value == "":
            return None
        return bucket(_number(value), self.buckets) if self.buckets else str(value)

    def of_row(self, row: Row) -> str | None:
        """What a row says that has the other columns."""
        return bucket(row[self.of], self.buckets) if self.of else self.constant


@dataclass(frozen=True, slots=True)
class Facts:
    """What an export keeps of an inquiry between its two passes: nothing of the text.

    Attributes:
        received_at: When it was received.
        values: The columns that are the same for all its steps.
        language: Its language's code, before it may be told as another.
    """

    received_at: datetime
    values: Row
    language: str | None


@dataclass(slots=True)
class Customer:
    """What is remembered of a customer while inquiries are read in their order."""

    inquiries: int = 0
    last_at: datetime | None = None
    products: set[str] = field(default_factory=set)

    def next(self, at: datetime, product: str | None) -> Row:
        """The columns of the next inquiry."""
        days = (at - self.last_at).days if self.last_at else None
        again = product in self.products if product else None
        self.inquiries, self.last_at = self.inquiries + 1, at
        self.products |= {product} if product else set()
        return {
            "customer_inquiry": min(self.inquiries, _NTH_MAX),
            "days_since_last": None if days is None else min(days, _DAYS_MAX),
            "same_product_again": again,
        }


def text_chars(text: str) -> str:
    """How long a text is, roughly."""
    return str(bucket(len(text), _TEXT_CHARS))


def family_of(language: str | None) -> str | None:
    """The family of a language, by its code."""
    return FAMILY.get(language.partition("-")[0], OTHER) if language else None


def bucket(value: float | None, bounds: Sequence[float]) -> str | None:
    """Between which bounds a number lies: ``<10``, ``10-50``, ``>=50``."""
    if value is None:
        return None
    place = bisect_right(bounds, value)
    if place == 0:
        return f"<{bounds[0]:g}"
    if place == len(bounds):
        return f">={bounds[-1]:g}"
    return f"{bounds[place - 1]:g}-{bounds[place]:g}"


def date_parts(at: datetime, zone: ZoneInfo) -> Row:
    """The hour of a moment, and its parts as the clock and the calendar of a place have them."""
    there = at.astimezone(zone)
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    _, week, weekday = there.isocalendar()
    return {
        "time": hour, "date": there.date().isoformat(), "year": there.year, "month": there.month,
        "week": week, "weekday": weekday, "hour": there.hour,
    }  # fmt: skip


def outcome_of(received_at: datetime, told: Sequence[tuple[Step, Known]]) -> Row:
    """What came of an inquiry, as its whole journal says."""
    opened = next((step.at for step, _ in told if step.kind == "opened"), None)
    answered = _answered_at(told)
    kinds = Counter(step.kind for step, _ in told)
    taken_back = sum(step.kind == "undone" and step.details.get("what") == "corrected" for step, _ in told)
    return {
        "minutes_to_first_open": _minutes(received_at, opened),
        "minutes_to_answer": _minutes(received_at, answered),
        "desks": len({known.desk for step, known in told if step.ticket_id and known.desk}),
        "corrected": kinds["corrected"] > taken_back,
        "last_activity": _main_at_the_end(told).category,
    }


def step_values(step: Step, known: Known, received_at: datetime) -> Row:
    """The columns of one step."""
    return {
        "step": step.kind, "actor": actor_kind(step), "activity": known.category, "desk": known.desk,
        "confidence": known.confidence, "automatic": known.automatic, "model": known.model, "rule": known.rule,
        "priority": known.priority, "seconds_since_received": round((step.at - received_at).total_seconds(), 1),
    }  # fmt: skip


def hide_rare(facts: Iterable[Facts], names: Sequence[str], least: int) -> None:
    """Tell as another what fewer inquiries than these have: a country, a language, a product, a form's value."""
    kept = list(facts)
    for name in names:
        counts = Counter(one.values[name] for one in kept)
        for one in kept:
            value = one.values[name]
            if value is not None and counts[value] < least:
                one.values[name] = OTHER


def _main_at_the_end(told: Sequence[tuple[Step, Known]]) -> Known:
    """What is known last of the main ticket, which is laid first."""
    main = next((step.ticket_id for step, _ in told if step.kind == "laid_on_desk"), None)
    return next((known for step, known in reversed(told) if step.ticket_id == main), Known())


def _answered_at(told: Sequence[tuple[Step, Known]]) -> datetime | None:
    """When the last of its tickets was closed; None while one is open."""
    closed: dict[str, datetime | None] = {}
    before: dict[tuple[str, str], datetime | None] = {}
    for step, _ in told:
        if step.ticket_id is None:
            continue
        was = before[step.ticket_id, step.kind] = closed.get(step.ticket_id)
        if step.kind == "undone":
            closed[step.ticket_id] = before.get((step.ticket_id, str(step.details.get("what"))), was)
        elif step.kind in {"closed", "withdrawn"}:
            closed[step.ticket_id] = step.at
        elif step.kind in {"laid_on_desk", "bounced"} or _is_sent_on(step):
            closed[step.ticket_id] = None
    moments = [at for at in closed.values() if at]
    return max(moments) if moments and len(moments) == len(closed) else None


def _is_sent_on(step: Step) -> bool:
    """To another desk, where it waits for an answer though it was closed."""
    moved = step.details.get("from"), step.details.get("to")
    return all(isinstance(one, list) and len(one) == 2 for one in moved) and moved[0][1] != moved[1][1]  # type: ignore[index]


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds() / 60, 1) if end else None


def _number(value: Any) -> float | None:
    try:
        found = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None
