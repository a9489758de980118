"""Takes back what a bad model or rule sent: decided anew, or sent to triage, as far as nobody has opened it."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from model.lexical import Progress
from service.assembly import Loket
from service.errors import InvalidInput, ModelUnavailable
from service.handover import inquiry_text, tickets_of
from service.pipeline.decision import Decision
from service.storage.recall import Sent
from service.storage.records import Inquiry
from service.storage.rerouting import Move

_log = logging.getLogger(__name__)
_AT_ONCE = 64  # inquiries that are classified together


@dataclass
class Recall:
    """What came of it.

    Attributes:
        inquiries: How many were meant.
        moves: How many tickets went from which desk to which; None for a ticket laid newly, or withdrawn.
        unchanged: Inquiries that are decided anew, and stay where they are.
        left: Inquiries that somebody opened meanwhile, or in part before.
    """

    inquiries: int = 0
    moves: Counter[Move] = field(default_factory=Counter)
    unchanged: int = 0
    left: int = 0

    @property
    def moved(self) -> int:
        """How many tickets lie elsewhere now."""
        return self.moves.total()

    def count(self, moves: list[Move] | None) -> None:
        """Add what became of one inquiry."""
        self.inquiries += 1
        self.moves.update(moves or ())
        self.unchanged += moves == []
        self.left += moves is None


def recall(
    loket: Loket,
    at: datetime,
    actor: str,
    sent: Sent,
    progress: Progress,
    *,
    to: str | None = None,
    dry_run: bool = False,
) -> Recall:
    """Decide anew, by champion and rules as they are now, what a model or rule sent; or send it to a desk.

    Translations are those that were made: nobody outside is asked. Each inquiry is a transaction of its own, which
    looks again whether somebody has opened it; interrupted, it can be done again.

    Args:
        loket: Its parts.
        at: Now.
        actor: Who, for the journal.
        sent: What.
        progress: Told how many inquiries are done.
        to: A desk, instead of deciding anew.
        dry_run: Only say what would become of it.

    Raises:
        InvalidInput: Neither model nor rule is named; or the model is the champion, who would say the same again.
        ModelUnavailable: No model can be loaded that would decide anew.
    """
    _check(loket, sent, to)
    found, n = Recall(), loket.store.recalls.count(sent)
    for inquiry, decision in _decided(loket, at, sent, to):
        if decision is None:
            moves = loket.store.recalls.send(at, sent, inquiry, to or "", actor, dry_run=dry_run)
        else:
            as_json, laid = decision.model_dump(mode="json"), tickets_of(decision)
            moves = loket.store.recalls.decide(at, sent, inquiry, as_json, laid, actor, dry_run=dry_run)
        found.count(moves)
        progress(min(found.inquiries, n), n)
    _log.info("recalled", extra={"inquiries": found.inquiries, "moved": found.moved, "left": found.left})
    return found


def _check(loket: Loket, sent: Sent, to: str | None) -> None:
    if sent.model is None and sent.rule is None:
        raise InvalidInput("name a model, a rule, or both")
    if to is not None:
        return
    serving = loket.pipeline.champion.current()
    if serving is None:
        raise ModelUnavailable("no model can be loaded that would decide anew")
    if serving.version == sent.model and sent.rule is None:
        raise InvalidInput(f"{sent.model} is the champion and would decide the same: roll it back first")


def _decided(loket: Loket, at: datetime, sent: Sent, to: str | None) -> Iterator[tuple[Inquiry, Decision | None]]:
    """Each inquiry with its new decision, or without one where it is only to be sent to a desk."""
    last = ""
    while batch := loket.store.recalls.find(sent, last, _AT_ONCE):
        last = batch[-1].id
        if to is not None:
            yield from ((inquiry, None) for inquiry in batch)
            continue
        before = [(inquiry_text(one, at), Decision.model_validate(one.decision)) for one in batch]
        yield from zip(batch, loket.pipeline.decide_again(before), strict=True)
