"""Which rules no inquiry ever reaches, because those before them fit all that they fit.

Conditions look at one thing each and change their mind at few values, so that finitely many samples of each thing
stand for all there can be. A rule is a box of samples; it is reached if something of its box is left when the boxes
before it are taken away. Things are taken for independent of each other, which can only make a rule look reached.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from service.pipeline.conditions import READ_BY_A_MODEL, About, Compared, Condition, Of
from service.pipeline.rules import Rule

_ASKED = About(Of.CATEGORY)
_OTHER_TEXT = "\0"  # that no rule names
_MOST_PIECES = 5_000  # of a rule; beyond, it is taken for reached

Box = tuple[int, ...]  # for each thing the samples that fit, as bits


@dataclass(frozen=True, slots=True)
class Unreached:
    """A rule that no inquiry reaches, and the rules before it that take everything; none if nothing can fit it."""

    rule: Rule
    covered_by: tuple[str, ...]


def unreached(rules: Sequence[Rule], categories: Collection[str]) -> list[Unreached]:
    """The rules that no inquiry reaches.

    Args:
        rules: In their order.
        categories: All that there are.
    """
    samples = _samples(rules, categories)
    boxes = [(rule, _box(rule, samples)) for rule in rules]
    found = (_unreached(rule, box, boxes[:place]) for place, (rule, box) in enumerate(boxes))
    return [one for one in found if one]


def _unreached(rule: Rule, box: Box, before: Sequence[tuple[Rule, Box]]) -> Unreached | None:
    near = [(earlier, taken) for earlier, taken in before if _overlap(box, taken)]
    alone = next((one for one in near if _covered(box, [one[1]])), None)
    if alone or not all(box):
        return Unreached(rule, (alone[0].name,) if alone else ())
    return Unreached(rule, _needed(box, near)) if _covered(box, [taken for _, taken in near]) else None


def _needed(box: Box, before: Sequence[tuple[Rule, Box]]) -> tuple[str, ...]:
    """The names of rules that cover a box together, without those that the others can do without."""
    needed = list(before)
    for one in before:
        others = [other for other in needed if other is not one]
        if _covered(box, [taken for _, taken in others]):
            needed = others
    return tuple(rule.name for rule, _ in needed)


def _covered(box: Box, before: Sequence[Box]) -> bool:
    """Whether nothing is left of a box when others are taken away."""
    left = [box] if all(box) else []
    for taken in before:
        left = [rest for piece in left for rest in _without(piece, taken)]
        if len(left) > _MOST_PIECES:
            return False
    return not left


def _samples(rules: Sequence[Rule], categories: Collection[str]) -> dict[About, list[Any]]:
    """What stands for everything that there can be; a category comes with whether it is certain."""
    conditions: dict[About, list[Condition]] = {}
    for condition in (one for rule in rules for one in rule.conditions):
        conditions.setdefault(condition.about, []).append(condition)
    asked = [(name, certain) for name in sorted(categories) for certain in (True, False)]
    return {about: _of_one(about, found) for about, found in conditions.items()} | {_ASKED: [*asked, (None, False)]}


def _of_one(about: About, conditions: Sequence[Condition]) -> list[Any]:
    if about.of is Of.HOURS:
        return [True, False]
    told = {sample for one in conditions for sample in one.samples() if not isinstance(one, Compared)}
    bounds = sorted({bound for one in conditions if isinstance(one, Compared) for _, bound in one.bounds})
    numbers = list(_around(bounds))
    if about.of is Of.CONFIDENCE:
        return [None, *(number for number in {*numbers, 0.0, 1.0} if 0.0 <= number <= 1.0)]
    return [None, "", _OTHER_TEXT, *told, *numbers]


def _around(bounds: Sequence[float]) -> Iterator[float]:
    """Each bound, and a number between it and the next."""
    if bounds:
        yield from (bounds[0] - 1.0, *bounds, bounds[-1] + 1.0)
        yield from ((low + high) / 2 for low, high in pairwise(bounds))


def _box(rule: Rule, samples: Mapping[About, list[Any]]) -> Box:
    conditions = {one.about: one for one in rule.conditions}
    return tuple(_bits(rule, about, conditions.get(about), values) for about, values in samples.items())


def _bits(rule: Rule, about: About, condition: Condition | None, values: Sequence[Any]) -> int:
    bits = 0
    for place, value in enumerate(values):
        told, certain = value if about == _ASKED else (value, value is not None)
        # What is certain has a category and a confidence.
        possible = certain or not rule.needs_certainty or about.of not in READ_BY_A_MODEL
        if possible and (condition is None or condition.holds(told)):
            bits |= 1 << place
    return bits


def _overlap(one: Box, other: Box) -> bool:
    return all(mine & its for mine, its in zip(one, other, strict=True))


def _without(piece: Box, taken: Box) -> Iterator[Box]:
    """What is left of a piece, as pieces that do not overlap."""
    if not _overlap(piece, taken):
        yield piece
        return
    for place, its in enumerate(taken):
        if outside := piece[place] & ~its:
            yield (*piece[:place], outside, *piece[place + 1 :])
            piece = (*piece[:place], piece[place] & its, *piece[place + 1 :])
