"""Alarms: what changed from the weeks before to the last finished one, beyond chance and by enough to matter.

All comparisons of a week are one family, corrected by Holm's rule, so that in a week in which nothing has changed
the chance of any alarm is below `ALPHA`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from service.learning.changes import Tally, fall, holm, rise, shift
from service.learning.text_drift import TextDrift
from service.pipeline.detection.languages import english_name

Kind = Literal["texts", "language", "confidence", "overrides"]
KINDS: tuple[Kind, ...] = ("texts", "language", "confidence", "overrides")

ALPHA = 0.05
_LEAST = {"language": 0.02, "confidence": 0.05, "overrides": 0.03}  # changes that matter
_LEAST_AUC, _LEAST_WORD = 0.6, 0.02
_FEWEST = 10  # of either side, below which a desk or language is left out


@dataclass(frozen=True)
class Week:
    """What came in one week, as it stood when all weeks are compared.

    Attributes:
        start: Its Monday, at midnight.
        finished: Whether it is over.
        desks: By the desk on which an inquiry was laid first.
        languages: By code.
    """

    start: datetime
    finished: bool
    desks: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    languages: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    @property
    def name(self) -> str:
        """As in ``2026-W09``."""
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02}"

    def of(self, desk: str = "") -> Tally:
        """What was counted of a desk, or of all together."""
        return self.desks.get(desk, Tally()) if desk else sum(self.desks.values(), Tally())


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something changed by more than chance, and by enough that a person should look.

    Attributes:
        kind: What.
        about: Which desk, or which language; empty for all.
        now: The last finished week's figure: a share, a mean confidence, or an AUC.
        before: The same of the weeks before; 0.5 for an AUC.
        p: How probable it is by chance, corrected for all that was compared.
        message: All of it but the kind, in one line.
    """

    kind: Kind
    about: str
    now: float
    before: float
    p: float
    message: str


def alarms(last: Week, before: Sequence[Week], texts: TextDrift | None) -> tuple[Alarm, ...]:
    """What a person should look at, the least probable by chance first."""
    compared = list(_compared(last, before, texts))
    chances = holm([one.p for one in compared])
    found = [
        one.alarm(chance) for one, chance in zip(compared, chances, strict=True) if one.matters and chance < ALPHA
    ]
    distinct: dict[tuple[str, str], Alarm] = {}
    for alarm in sorted(found, key=lambda alarm: alarm.p):
        distinct.setdefault((alarm.kind, alarm.about), alarm)
    return tuple(distinct.values())


@dataclass(frozen=True, slots=True)
class _Compared:
    """One comparison: whether the change is large enough, its chance alone, and the alarm that it would be."""

    matters: bool
    p: float
    alarm: Callable[[float], Alarm]


def _compared(last: Week, before: Sequence[Week], texts: TextDrift | None) -> Iterator[_Compared]:
    """Everything that is compared, whatever comes of it: this is the family that is corrected for."""
    if texts:
        yield from _compared_texts(texts)
    yield from _compared_languages(last, before)
    for desk in ("", *sorted({desk for week in (last, *before) for desk in week.desks})):
        now, earlier = last.of(desk), [week.of(desk) for week in before]
        yield from _compared_confidence(desk, now, earlier)
        yield from _compared_overrides(desk, now, earlier)


def _compared_texts(drift: TextDrift) -> Iterator[_Compared]:
    def alarm(p: float) -> Alarm:
        words = ", ".join(f"{one.word} ({_percent(one.now)}, before {_percent(one.before)})" for one in drift.words)
        where = ", ".join(f"{desk} {share:.0%}" for desk, share in drift.desks[:3])
        told = f"; new or more often: {words}; of these on desk {where}" if words else ""
        message = f"unlike those of the weeks before, AUC {drift.auc:.2f}{told} ({_chance(p)})"
        return Alarm("texts", "", drift.auc, 0.5, p, message)

    yield _Compared(drift.auc >= _LEAST_AUC, drift.p_auc, alarm)
    yield _Compared(drift.rise >= _LEAST_WORD, drift.p_word, alarm)


def _compared_languages(last: Week, before: Sequence[Week]) -> Iterator[_Compared]:
    weeks = (last, *before)
    n, *all_ = (week.of("").n for week in weeks)
    for language in sorted({code for week in weeks for code in week.languages}):
        count, *counts = (week.languages.get(language, Tally()).n for week in weeks)
        if n >= _FEWEST and sum(all_) >= _FEWEST and count + sum(counts) >= _FEWEST:
            p = shift(count, n, list(zip(counts, all_, strict=True)))
            what = f"{english_name(language)} ({language}), {{}} of the inquiries, {{}} before"
            yield _change("language", language, what, count / n, sum(counts) / sum(all_), p, either_way=True)


def _compared_confidence(desk: str, now: Tally, before: Sequence[Tally]) -> Iterator[_Compared]:
    all_ = sum(before, Tally())
    if now.n >= _FEWEST and all_.n >= _FEWEST:
        what = f"{_desk(desk)}, {{}} on average, {{}} before"
        yield _change("confidence", desk, what, now.mean, all_.mean, fall(now, before))


def _compared_overrides(desk: str, now: Tally, before: Sequence[Tally]) -> Iterator[_Compared]:
    all_ = sum(before, Tally())
    if now.overrides is not None and all_.overrides is not None and min(now.reviewed, all_.reviewed) >= _FEWEST:
        p = rise(now.overruled, now.reviewed, [(week.overruled, week.reviewed) for week in before])
        what = f"{_desk(desk)}, {{}} of {now.reviewed} reviewed, {{}} before"
        yield _change("overrides", desk, what, now.overrides, all_.overrides, p)


def _change(
    kind: Kind, about: str, what: str, now: float, before: float, p: float, *, either_way: bool = False
) -> _Compared:
    def alarm(chance: float) -> Alarm:
        message = f"{what.format(_percent(now), _percent(before))} ({_chance(chance)})"
        return Alarm(kind, about, now, before, chance, message)

    size = abs(now - before) if either_way else before - now if kind == "confidence" else now - before
    return _Compared(size >= _LEAST[kind], p, alarm)


def _desk(desk: str) -> str:
    return f"desk {desk}" if desk else "the desks together"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 0.0001 else f"p {p:.4f}"
