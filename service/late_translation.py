"""What was routed untranslated is translated when a provider is back, and routed anew if nobody was there first."""

import logging
from dataclasses import replace
from datetime import datetime

from service.assembly import Loket
from service.handover import inquiry_text, tickets_of
from service.pipeline.decision import Decision, Translation
from service.storage.late_translations import next_try
from service.storage.records import Claimed

_log = logging.getLogger(__name__)


def translate_after(decision: Decision, received_at: datetime, at: datetime, hours: float) -> datetime | None:
    """When to try again whether an inquiry can be translated; None when there is nothing to hope for."""
    return next_try(received_at, at, hours) if _may_pass(decision.translation) else None


def claim(loket: Loket, at: datetime, limit: int) -> list[Claimed]:
    """Inquiries that are due to be tried again."""
    if not loket.settings.translation.providers:
        return []
    lease, hours = loket.settings.worker.lease_seconds, loket.settings.translation.late_hours
    return loket.store.late_translations.claim(at, limit, lease, hours)


def translate(loket: Loket, at: datetime, claimed: Claimed) -> str:
    """Decide a claimed inquiry anew.

    Returns:
        ``rerouted``, ``suggested``, ``unchanged``; ``untranslated`` when it comes again later, ``lost`` when
        another worker has it by now.
    """
    desks = frozenset(ticket.desk for ticket in loket.store.tickets.of_inquiry(claimed.inquiry.id))
    decision = loket.pipeline.decide_if_translated(replace(inquiry_text(claimed.inquiry, at), desks=desks))
    if isinstance(decision, Translation) or decision.model is None:
        loket.store.late_translations.release(claimed, again=_may_pass(decision))
        return "untranslated"
    as_json = decision.model_dump(mode="json")
    outcome = loket.store.late_translations.decide(at, claimed, as_json, tickets_of(decision)) or "lost"
    _log.info("translated late", extra={"inquiry": claimed.inquiry.id, "outcome": outcome})
    return outcome


def _may_pass(found: Decision | Translation) -> bool:
    """Whether a later try may do better: without a model, and without a translator, but not for every reason."""
    if isinstance(found, Decision):
        return True
    return found.status == "unavailable" and found.reason is not None and found.reason.may_pass
