"""What a help desk shows of a ticket, as plain text: nothing of it is markup, whatever a customer sent."""

import re
from textwrap import shorten

from service.delivery.parcel import Parcel

_TITLE_MAX_CHARS = 100
# Embeddings, overrides and isolates (UAX #9) make a text look like another; marks are kept, Arabic needs them.
_TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TRIAGE_TAG = "triage"


def plain(text: str) -> str:
    """The text without what would change how it, or what stands beside it, is drawn."""
    return _CONTROLS.sub("", _TRICKS.sub("", text))


def title(parcel: Parcel) -> str:
    """The subject, else the first words, on one line."""
    line = plain(parcel.inquiry.subject or parcel.inquiry.text)
    return shorten(line, _TITLE_MAX_CHARS, placeholder=" …") or parcel.inquiry.receipt


def original(parcel: Parcel) -> str:
    """What the customer wrote, and what else the form asked."""
    inquiry = parcel.inquiry
    fields = [f"{name}: {value}" for name, value in inquiry.fields.items() if value not in (None, "")]
    text = inquiry.text.strip() or "(The text is not kept any more.)"
    return plain("\n".join([text, *([""] if fields else []), *fields]))


def note(parcel: Parcel) -> str:
    """The decision and the English text, for those who answer."""
    inquiry, decision = parcel.inquiry, parcel.decision
    lines = [f"Loket {inquiry.receipt}", f"Desk: {parcel.desk_name}", f"Category: {_category(parcel)}"]
    if decision:
        parts = [one.text for one in decision.intents] if len(decision.intents) > 1 else []
        lines += [f"About: {text}" for text in parts[parcel.ticket.intent : parcel.ticket.intent + 1]]
        lines += [f"Language: {decision.language.code}", f"Reason: {decision.reason}"]
        lines += [f"Or: {one.category} ({one.confidence:.0%})" for one in decision.alternatives[:3]]
    lines += [f"From: {inquiry.name or ''} <{inquiry.email}>"] if inquiry.email else []
    lines += [parcel.url] if parcel.url else []
    return plain("\n".join([*lines, "", _english(parcel)]))


def moved_away(parcel: Parcel) -> str:
    """Said where a ticket went to a desk that has no group there."""
    link = f"\n{parcel.url}" if parcel.url else ""
    return plain(f"Moved in Loket to {parcel.desk_name}, which does not answer here.{link}")


def tag(name: str) -> str:
    """A tag of a name: both help desks part tags at commas, one at blanks too."""
    return re.sub(r"[^\w.-]+", "_", name.lower())


def tags(parcel: Parcel) -> frozenset[str]:
    """The tags that Loket keeps on a ticket; others there are nobody's business here."""
    ticket, decision = parcel.ticket, parcel.decision
    names = ["loket", tag(ticket.category or ""), tag(decision.language.code if decision else "")]
    if ticket.review:
        names.append(ticket.review)
    elif not ticket.automatic:
        names.append(TRIAGE_TAG)
    return frozenset(name for name in names if name)


def _category(parcel: Parcel) -> str:
    ticket = parcel.ticket
    if ticket.review:
        return f"{ticket.category} ({ticket.review})"
    certainty = "" if ticket.automatic else ", not certain enough"
    return f"{ticket.category or 'none'} ({ticket.confidence:.0%}{certainty})"


def _english(parcel: Parcel) -> str:
    translation = parcel.decision.translation if parcel.decision else None
    if translation is None or translation.status == "unavailable":
        why = f" ({translation.reason})" if translation and translation.reason else ""
        return f"There is no English text{why}."
    if translation.status == "not_needed":
        return "The text is English."
    return f"In English (by {translation.provider}):\n{translation.text}"
