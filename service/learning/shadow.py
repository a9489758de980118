"""The challenger scores live inquiries beside the champion; nothing is routed by it."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.assembly import Loket
from service.errors import StorageUnavailable
from service.handover import facts_of, reading_of
from service.pipeline.outcome import outcomes
from service.storage.records import Inquiry

_log = logging.getLogger(__name__)


def score(loket: Loket, at: datetime, inquiry: Inquiry, decision: dict[str, Any]) -> None:
    """Keep what the challenger, if there is one, says of an inquiry that was just decided.

    Whatever goes wrong here, the decision stands and its inquiry is not tried again.
    """
    try:
        challenger = loket.pipeline.champion.challenger()
        if challenger is None:
            return
        decided = replace(inquiry, decision=decision)
        reading, names = reading_of(decided, loket.settings.cleaning.boilerplate), loket.settings.present_names()
        said = outcomes(loket.pipeline.router, challenger, [reading], names, [facts_of(decided, at)])[0]
        facts = {name: getattr(said, name) for name in said.__slots__}
        loket.store.shadow_decisions.add(at, inquiry.id, challenger.version, facts)
    except StorageUnavailable:
        _log.warning("the challenger's answer is not stored", extra={"inquiry": inquiry.id})
    except Exception:  # noqa: BLE001 - a challenger must never disturb what serves
        _log.exception("the challenger broke", extra={"inquiry": inquiry.id})
