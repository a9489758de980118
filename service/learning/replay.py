"""The last quarter through a challenger: what would go elsewhere than where it lies now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from model.lexical import Progress
from service.assembly import Loket
from service.handover import facts_of, reading_of
from service.learning.labelled import text_of, translation_of
from service.pipeline.classification import Serving
from service.pipeline.masking.masker import Masker
from service.pipeline.outcome import Outcome, outcomes
from service.pipeline.routing import TRIAGE
from service.storage.records import Inquiry, Ticket

QUARTER = timedelta(days=92)
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Move:
    """A stored inquiry that the challenger would send elsewhere; its text is masked.

    Attributes:
        text: In English where there is a translation.
        language: Its language.
        from_desk: Where it lies.
        from_category: As what.
        to: Where it would go.
        reviewed: Whether a person confirmed or corrected where it lies.
    """

    text: str
    language: str
    from_desk: str
    from_category: str
    to: Outcome
    reviewed: bool


@dataclass(frozen=True)
class Replay:
    """How many stored inquiries were read, and those that would go elsewhere, newest first."""

    read: int
    moves: list[Move]

    @property
    def wrongly(self) -> list[Move]:
        """Those that would leave a desk on which a person put or confirmed them, for another desk."""
        return [move for move in self.moves if move.reviewed and move.to.desk != TRIAGE]


def replay(
    loket: Loket, serving: Serving, at: datetime, most: int, progress: Progress, since: timedelta = QUARTER
) -> Replay:
    """Read the newest inquiries of a time with a model; only main requests are compared.

    Args:
        loket: Its parts.
        serving: The challenger.
        at: Now.
        most: How many inquiries at most.
        progress: Told how much is done.
        since: How far back.
    """
    masker = Masker(loket.settings.privacy.patterns)
    pairs = loket.store.tickets.main_ones(at - since, most)
    moves: list[Move] = []
    for start in range(0, len(pairs), _AT_ONCE):
        moves.extend(_moves(loket, serving, pairs[start : start + _AT_ONCE], masker))
        progress(min(start + _AT_ONCE, len(pairs)), len(pairs))
    return Replay(len(pairs), moves)


def _moves(
    loket: Loket, serving: Serving, pairs: Sequence[tuple[Ticket, Inquiry]], masker: Masker
) -> Iterator[Move]:
    readings = [reading_of(inquiry, loket.settings.cleaning.boilerplate) for _, inquiry in pairs]
    facts = [facts_of(inquiry) for _, inquiry in pairs]
    said = outcomes(loket.pipeline.router, serving, readings, loket.settings.present_names(), facts)
    for (ticket, inquiry), outcome in zip(pairs, said, strict=True):
        if outcome.desk != ticket.desk:
            yield _move(ticket, inquiry, outcome, masker)


def _move(ticket: Ticket, inquiry: Inquiry, outcome: Outcome, masker: Masker) -> Move:
    english, language = translation_of(inquiry.decision)
    text = masked_text(masker, english or text_of(inquiry), inquiry)
    reviewed = ticket.review is not None and ticket.unsettled_since is None
    return Move(text, language or "und", ticket.desk, ticket.category or "none", outcome, reviewed)


def masked_text(masker: Masker, text: str, inquiry: Inquiry) -> str:
    """A text for people who may see no personal data."""
    return masker.mask(text, [inquiry.country] if inquiry.country else [], inquiry.name).text
