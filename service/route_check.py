"""What is wrong with the routing rules, as far as it can be told without an inquiry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from babel import Locale

from service.pipeline.detection.languages import UnknownLanguage, normalise
from service.pipeline.routing import TRIAGE
from service.pipeline.rule_cover import Unreached, unreached
from service.route_settings import RouteSettings

if TYPE_CHECKING:
    from service.settings import Settings

_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # that Unicode lists among them


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: ``unknown`` name, ``unreachable`` rule, or ``gap``: a desk or category that is left out.
        where: The rule, or the key of the settings.
        message: What is wrong there.
    """

    kind: Literal["unknown", "unreachable", "gap"]
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def findings(settings: "Settings", model_knows: Iterable[str] = ()) -> list[Finding]:
    """Everything that is wrong with the rules.

    Args:
        settings: Read by `service.settings.parsed`, which leaves unknown names to this.
        model_knows: The categories of the serving model.
    """
    names = settings.present_names()
    lost = unreached([route.rule(names) for route in settings.routes], settings.categories)
    return [
        *unknown_names(settings),
        *map(_unreachable, lost),
        *_categories_without_desk(settings, model_knows),
        *_desks_without_inquiries(settings, {one.rule.name for one in lost}),
    ]


def unknown_names(settings: "Settings") -> Iterator[Finding]:
    """Names in rules and desks that name nothing there is."""
    for desk, said in settings.desks.items():
        yield from _unknown(f"desks.{desk}.calendar", "calendar", [said.calendar], settings.calendars)
        yield from _unknown(f"desks.{desk}.after_hours", "desk", [said.after_hours], settings.desks)
    for route in settings.routes:
        yield from _unknown_in(route, settings)


def _unknown_in(route: RouteSettings, settings: "Settings") -> Iterator[Finding]:
    where = f"rule '{route.name}'"
    calendar = route.hours.calendar if route.hours else None
    categories = {*settings.categories, *settings.present_names()}
    yield from _unknown(where, "category", route.category, categories)
    yield from _unknown(where, "customer kind", route.customer, settings.customers)
    yield from _unknown(where, "calendar", [calendar], settings.calendars)
    yield from _unknown(where, "desk", [route.desk], settings.desks)
    for tag in route.language:
        if not _is_language(tag):
            yield Finding("unknown", where, f"there is no language {tag!r}")
    yield from _unknown(where, "country", [code.strip().upper() for code in route.country], _countries())


def _unknown(where: str, kind: str, names: Iterable[str | None], known: Iterable[str]) -> Iterator[Finding]:
    there = set(known)
    for name in names:
        if name is not None and name not in there:
            yield Finding("unknown", where, f"there is no {kind} {name!r}")


def _unreachable(one: Unreached) -> Finding:
    before = ", ".join(f"'{name}'" for name in one.covered_by)
    fit = "fit" if len(one.covered_by) > 1 else "fits"
    why = f"no inquiry reaches it: {before} {fit} all that it fits" if before else "nothing can fit it"
    return Finding("unreachable", f"rule '{one.rule.name}'", why)


def _categories_without_desk(settings: "Settings", model_knows: Iterable[str]) -> Iterator[Finding]:
    known = settings.category_routes()
    for name in sorted(set(model_knows) - set(known)):
        yield Finding("gap", f"category {name}", "the serving model knows it, and it has no desk")


def _desks_without_inquiries(settings: "Settings", lost: set[str]) -> Iterator[Finding]:
    reached = {TRIAGE, *(category.desk for category in settings.categories.values())}
    reached |= {route.desk for route in settings.routes if route.desk and route.name not in lost}
    while more := {settings.desks[one].after_hours for one in reached if one in settings.desks} - reached - {None}:
        reached |= {desk for desk in more if desk}
    for desk in settings.desks:
        if desk not in reached:
            yield Finding("gap", f"desk {desk}", "no category and no rule leads there")


def _is_language(tag: str) -> bool:
    try:
        normalise(tag)
    except UnknownLanguage:
        return False
    return True


def _countries() -> set[str]:
    return {code for code in map(str, Locale("en").territories) if len(code) == 2} - _NO_COUNTRIES
