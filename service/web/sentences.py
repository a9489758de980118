"""The journal in sentences, in the language of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g

from service.api.operation import loket
from service.storage.inquiries import SYSTEM
from service.storage.records import Event
from service.web.pages import in_words, percent


def person(actor: str | None) -> str:
    """How people call whoever acted: ``user:anna`` is anna."""
    return "Loket" if actor == SYSTEM else (actor or "").rpartition(":")[2]


def desk_name(desk: str | None) -> str:
    """The name of a desk, of one that is no longer there as well."""
    found = loket().settings.desks.get(desk or "")
    return found.name if found else desk or ""


def sentence(event: Event) -> str:
    """What an entry of the journal says, as plain text."""
    words = _words(event)
    template = _template(event)
    return template.format(**words) if template else _plainly(event, words["who"])


def _template(event: Event) -> str | None:
    if event.kind == "assigned":
        return _assigned(event)
    return {
        "received": g.translate("Received by {channel}"),
        "decided": g.translate("{who} decided: {category} ({confidence}), for {desk}"),
        "laid_on_desk": g.translate("Laid on the desk {desk}"),
        "opened": g.translate("{who} opened it first"),
        "confirmed": g.translate("{who} confirmed {category}"),
        "corrected": g.translate("{who} corrected it from {old} to {new}"),
        "closed": g.translate("{who} closed it"),
        "undone": g.translate("{who} undid the last change"),
        "golden": g.translate("{who} said that it must always come to {desk}"),
        "translated_late": g.translate("Translated later by {provider}"),
        "rerouted": g.translate("Moved by the late translation from {old} to {new}"),
        "recategorised": g.translate("Changed by the late translation from {old} to {new}"),
        "bounced": g.translate("{who} sent it on once too often: it went to {desk}, to be decided there"),
        "settled": g.translate("{who} decided where it belongs: {new}"),
        "recalled": g.translate("Recalled from {old} to {new}"),
        "delivered": g.translate("Delivered to {target}"),
        "delivery_failed": g.translate("Could not be delivered to {target}: {problem}"),
        "withdrawn": g.translate("No longer needed on {desk}: the late translation"),
    }.get(event.kind)


def _assigned(event: Event) -> str:
    to = event.details.get("to")
    if to is None:
        return str(g.translate("{who} released it"))
    return str(g.translate("{who} took it") if to == event.actor else g.translate("{who} gave it to {to}"))


def _words(event: Event) -> dict[str, str]:
    details: Mapping[str, Any] = event.details
    return {
        "who": person(event.actor),
        "to": person(details.get("to")) if isinstance(details.get("to"), str) else "",
        "old": _place(details.get("from")),
        "new": _place(details.get("to")),
        "category": str(in_words(details.get("category"))),
        "confidence": percent(details.get("confidence") or 0.0),
        "desk": desk_name(details.get("desk") or _desk(details.get("to"))),
        "channel": str(details.get("channel") or ""),
        "provider": str(details.get("provider") or ""),
        "target": str(details.get("target") or ""),
        "problem": str(details.get("problem") or "").replace("_", " "),
    }


def _place(pair: object) -> str:
    if not isinstance(pair, list) or len(pair) != 2:
        return ""
    return f"{in_words(pair[0])} ({desk_name(pair[1])})"


def _desk(pair: object) -> str | None:
    return pair[1] if isinstance(pair, list) and len(pair) == 2 else None


def _plainly(event: Event, who: str) -> str:
    """An entry of a kind that has no sentence yet."""
    facts = ", ".join(f"{name} {_fact(value)}" for name, value in event.details.items())
    return f"{who}: {event.kind.replace('_', ' ')}" + (f" · {facts}" if facts else "")


def _fact(value: object) -> str:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return str(in_words(value))
    return ", ".join(str(in_words(one)) for one in value)
