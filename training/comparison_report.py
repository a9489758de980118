"""A comparison as one page that needs nothing else: what blocks, how far apart, and what would go elsewhere."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from model.text import shortened
from training import plots
from training.comparison import Comparison
from training.differences import Difference

_DRAWN = 40  # groups of one plot; the table has all
_TEXTS_SHOWN = 10  # of those that would go the same way
_SHOWN_CHARS = 300
_NAME_CHARS = 30  # of a group in a plot


@dataclass(frozen=True, slots=True)
class Moved:
    """A stored inquiry that the challenger would send elsewhere.

    Attributes:
        text: What was written, masked.
        language: Its language.
        from_desk: Where it was sent.
        from_category: As what.
        to_desk: Where the challenger would send it.
        to_category: As what.
        confidence: The challenger's.
    """

    text: str
    language: str
    from_desk: str
    from_category: str
    to_desk: str
    to_category: str
    confidence: float


@dataclass(frozen=True)
class _Way:
    """All that would go from one desk and category to another, the surest first."""

    origin: str
    target: str
    moved: list[Moved]

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [
            {"text": shortened(one.text, _SHOWN_CHARS), "language": one.language, "confidence": one.confidence}
            for one in self.moved[:_TEXTS_SHOWN]
        ]

    @property
    def hidden(self) -> int:
        return max(0, len(self.moved) - _TEXTS_SHOWN)


@dataclass(frozen=True)
class _Family:
    """One plot and one table."""

    title: str
    head: str
    note: str
    rows: list[Difference]
    plot: Markup


def write_comparison(
    comparison: Comparison,
    *,
    champion: str,
    challenger: str,
    held_out: Comparison | None = None,
    failed: Sequence[str] = (),
    moved: Sequence[Moved] = (),
    replayed: int | None = None,
) -> str:
    """The page as HTML, without script or outside links.

    Args:
        comparison: On labelled inquiries that neither learned from.
        champion: Its version.
        challenger: Its version.
        held_out: On the inquiries that both learned from, see `training.comparison.compare_held_out`.
        failed: What else blocks, in plain sentences: golden inquiries that would not go where they must.
        moved: The stored inquiries that would go elsewhere.
        replayed: Out of how many; None where none were replayed.
    """
    template = Environment(autoescape=True, trim_blocks=True).from_string(
        files("training").joinpath("templates", "comparison.html").read_text("utf-8")
    )
    parts = [("On inquiries that neither learned from", comparison)]
    parts += [("On inquiries that both learned from", held_out)] if held_out else []
    blocking = [*failed, *_blocking(comparison, ""), *_blocking(held_out, ", of the inquiries both learned from")]
    return template.render(
        champion=champion,
        challenger=challenger,
        blocking=blocking,
        comparison=comparison,
        nothing_known=comparison.overall.verdict == "few",
        parts=[(title, one, _families(one)) for title, one in parts],
        ways=_ways(moved),
        moved=len(moved),
        replayed=replayed,
    )


def _blocking(comparison: Comparison | None, where: str) -> list[str]:
    return [sentence + where for sentence in comparison.falls] if comparison else []


def _families(comparison: Comparison) -> list[_Family]:
    rows = [
        ("Desks", "Desk", "Of its own inquiries, those that reach it.", comparison.desks),
        ("Strays", "Desk", "Of the inquiries of other desks, those that stay away from it.", comparison.strays),
        ("Categories", "Category", "Of its inquiries, those that are recognised.", comparison.categories),
        ("Languages", "Language", "Of its inquiries, those of the right category.", comparison.languages),
    ]
    return [_family(*row) for row in rows if row[-1]]


def _family(title: str, head: str, note: str, rows: list[Difference]) -> _Family:
    worst_first = sorted(rows, key=lambda one: (one.verdict != "worse", one.change, one.group))
    drawn = [one for one in worst_first if one.verdict != "few"][:_DRAWN]
    points = [
        (f"{shortened(one.group, _NAME_CHARS)} ({one.n})", (one.change, one.low, one.high), one.verdict)
        for one in drawn
    ]
    plot = plots.differences(points, f"{title}: challenger less champion") if points else ""
    return _Family(title, head, note, worst_first, Markup(plot))  # noqa: S704 drawn here, its texts escaped


def _ways(moved: Sequence[Moved]) -> list[_Way]:
    """The ways that inquiries would go, the most travelled first."""
    found: defaultdict[tuple[str, str], list[Moved]] = defaultdict(list)
    for one in moved:
        found[_place(one.from_desk, one.from_category), _place(one.to_desk, one.to_category)].append(one)
    ways = [_Way(*ends, sorted(some, key=lambda one: -one.confidence)) for ends, some in found.items()]
    return sorted(ways, key=lambda way: (-len(way.moved), way.origin, way.target))


def _place(desk: str, category: str) -> str:
    return f"{desk} ({category})"
