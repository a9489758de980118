"""The message of a delivery: what the customer wrote is quoted text in it, whatever it holds."""

import re
import unicodedata
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from service.delivery.email.settings import EmailSettings
from service.delivery.parcel import Parcel
from service.storage.outbox import CLOSED, CONFIRMED, LAID, MOVED

# Transfer encodings that every server takes.
_POLICY = SMTP.clone(cte_type="7bit")
_SUBJECT_MAX_CHARS, _NAME_MAX_CHARS = 120, 80
# As browsers check it: https://html.spec.whatwg.org/#valid-e-mail-address. What else RFC 5322 allows is not parsed.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
# They turn the text that follows around: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_WHAT = {LAID: "New ticket", MOVED: "Ticket moved", CONFIRMED: "Ticket confirmed", CLOSED: "Ticket closed"}


def message_of(parcel: Parcel, settings: EmailSettings, links: Sequence[tuple[str, str]]) -> EmailMessage:
    """The message that tells of a delivery.

    Args:
        parcel: The delivery.
        settings: Whom it goes to and from.
        links: Categories, and the address that corrects the ticket to each.
    """
    message = EmailMessage(policy=_POLICY)
    domain, is_theirs = settings.sender.rpartition("@")[2], settings.wants(parcel.ticket.desk)
    message["Subject"] = _subject(parcel, parcel.inquiry.subject if is_theirs else None)
    message["From"] = Address("Loket", addr_spec=settings.sender)
    message["To"] = Address(addr_spec=settings.to)
    message["Date"] = parcel.at
    message["Message-ID"] = f"<{parcel.id}@{domain}>"
    # No message has this id: what is of one ticket is one thread, whichever of its messages came.
    message["In-Reply-To"] = message["References"] = f"<ticket.{parcel.ticket.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if is_theirs and (customer := _customer(parcel)):
        message["Reply-To"] = customer
    message.set_content("\n".join(_lines(parcel, settings, links)))
    return message


def one_line(text: str, max_chars: int) -> str:
    """A text that stays on its line, and turns nothing around that follows it."""
    seen = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    words = " ".join(_unturned(seen).split())
    return words if len(words) <= max_chars else words[: max_chars - 1] + "…"


def quoted(text: str) -> list[str]:
    """The lines of a text, each marked, so that none passes for one of ours."""
    return [f"> {one_line(line, len(line))}".rstrip() for line in text.splitlines()]


def _subject(parcel: Parcel, said: str | None) -> str:
    about = _header(said or "", _SUBJECT_MAX_CHARS) or parcel.ticket.category or "inquiry"
    return f"[{parcel.inquiry.receipt}] {about}"


def _header(text: str, max_chars: int) -> str:
    """One line of a header. An encoded word (RFC 2047) would be decoded, with the line breaks that it hides."""
    return one_line(text, max_chars).replace("=?", "= ?")


def _customer(parcel: Parcel) -> Address | None:
    """To whom an answer goes; None for an address that is none, or that many servers do not take."""
    email, name = parcel.inquiry.email, _header(parcel.inquiry.name or "", _NAME_MAX_CHARS)
    if not email or "=?" in email or not _MAILBOX.fullmatch(email):
        return None
    try:
        return Address(name, addr_spec=email)
    except (ValueError, HeaderParseError, IndexError):
        return None


def _lines(parcel: Parcel, settings: EmailSettings, links: Sequence[tuple[str, str]]) -> list[str]:
    if not settings.wants(parcel.ticket.desk):
        return [f"This ticket lies on the desk {parcel.desk_name} now.", *_opens(parcel)]
    return [*_facts(parcel), *_texts(parcel), *_opens(parcel), *_corrections(links), *_answers_go(parcel)]


def _facts(parcel: Parcel) -> list[str]:
    ticket, inquiry = parcel.ticket, parcel.inquiry
    whose = ", ".join(one_line(one, 320) for one in (inquiry.name, inquiry.email, inquiry.country) if one)
    facts = {
        _WHAT.get(parcel.event, "Ticket changed"): inquiry.receipt,
        "Desk": parcel.desk_name,
        "Category": f"{ticket.category or 'none'} ({int(ticket.confidence * 100)} %)",
        "Priority": ticket.priority if ticket.priority != "normal" else None,
        "Due": f"{ticket.due_at:%Y-%m-%d %H:%M} UTC" if ticket.due_at else None,
        "From": whose or None,
        "Received": f"{inquiry.received_at:%Y-%m-%d %H:%M} UTC, {inquiry.channel}",
    }
    return [f"{name}: {fact}" for name, fact in facts.items() if fact]


def _texts(parcel: Parcel) -> list[str]:
    inquiry, decision = parcel.inquiry, parcel.decision
    subject = [f"> {one_line(inquiry.subject, 300)}", ">"] if inquiry.subject else []
    fields = [f"> {one_line(f'{name}: {value}', 2_200)}" for name, value in inquiry.fields.items()]
    original = [
        "",
        "What the customer wrote:",
        *subject,
        *quoted(inquiry.text),
        *([">", *fields] if fields else []),
    ]
    english = decision.translation.text if decision else None
    return [*original, *(["", "In English:", *quoted(english)] if english else [])]


def _opens(parcel: Parcel) -> list[str]:
    return ["", "Open the ticket:", parcel.url] if parcel.url else []


def _corrections(links: Sequence[tuple[str, str]]) -> list[str]:
    if not links:
        return []
    each = [line for category, url in links for line in (f"{category}:", url)]
    return ["", "If the category is wrong, one of these puts it right; you are asked once:", *each]


def _answers_go(parcel: Parcel) -> list[str]:
    return ["", "An answer to this message goes to the customer."] if _customer(parcel) else []


def _unturned(text: str) -> str:
    return text.translate(_TURNING)
