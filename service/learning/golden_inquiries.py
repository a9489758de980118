"""Golden inquiries: what a desk says must always come to it. No model that sends one elsewhere is promoted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound
from service.learning.labelled import text_of, translation_of
from service.settings import Settings
from service.storage.records import GoldenInquiry, Inquiry, Ticket
from service.storage.store import Store
from service.submission import Absent, Tag, Text


class Golden(BaseModel):
    """An inquiry that must always come to a desk."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    text: Text
    text_en: Annotated[Text | None, Absent] = Field(None, description="its English text, where it is not English")
    language: Annotated[Tag | None, Absent] = Field(None, description="BCP 47")


class GoldenOfDesk(Golden):
    """The same in a file, which names the desk."""

    desk: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    golden: GoldenOfDesk


def of_desks(store: Store, actor: Actor) -> list[GoldenInquiry]:
    """Those of the desks that the actor sees, oldest first."""
    return [one for one in store.golden_inquiries.all() if actor.sees(one.desk)]


def of_desk(store: Store, settings: Settings, actor: Actor, desk: str) -> list[GoldenInquiry]:
    """Those of one desk, oldest first.

    Raises:
        NotFound: There is no such desk, or it is not theirs.
    """
    _require(settings, actor, desk)
    return store.golden_inquiries.all(desk)


def add(
    store: Store,
    settings: Settings,
    at: datetime,
    actor: Actor,
    desk: str,
    golden: Golden,
    of: Ticket | None = None,
) -> GoldenInquiry:
    """Keep one; where the same text had to go to another desk of the actor's, it changes its desk.

    Args:
        store: Where.
        settings: With the desks.
        at: Now.
        actor: Who.
        desk: To which it must go.
        golden: What.
        of: The ticket that it is made of.

    Raises:
        NotFound: There is no such desk, or it is not theirs.
        Conflict: The same text must go to a desk that is not theirs.
    """
    _require(settings, actor, desk)
    if not _sees_all_of(store, actor, golden.text):
        raise Conflict("this text must always go to another desk already")
    known = {"text_en": golden.text_en, "language": golden.language}
    return store.golden_inquiries.add(at, desk, golden.text, actor.name, ticket=of, **known)


def add_ticket(store: Store, settings: Settings, at: datetime, actor: Actor, ticket: Ticket) -> GoldenInquiry:
    """What a ticket asks must always come to the desk on which it lies; its journal tells of it.

    Raises:
        NotFound: It is not theirs.
        Conflict: The same text must go to a desk that is not theirs, or nobody knows yet where it belongs.
    """
    if ticket.unsettled_since:
        raise Conflict("this ticket was sent to and fro: settle first where it belongs")
    inquiry = store.inquiries.get(ticket.inquiry_id)
    if inquiry is None:
        raise NotFound
    return add(store, settings, at, actor, ticket.desk, _of_request(ticket, inquiry), ticket)


def is_golden(store: Store, ticket: Ticket, inquiry: Inquiry) -> bool:
    """Whether what a ticket asks must always come to its desk already."""
    text = _of_request(ticket, inquiry).text.split()
    return any(one.text.split() == text for one in store.golden_inquiries.all(ticket.desk))


def remove(store: Store, actor: Actor, golden_id: str, desk: str | None = None) -> GoldenInquiry:
    """Let one go, and answer what it was.

    Raises:
        NotFound: There is none, or it is another desk's.
    """
    found = next((one for one in of_desks(store, actor) if one.id == golden_id), None)
    if found is None or desk not in {None, found.desk} or not store.golden_inquiries.remove(golden_id):
        raise NotFound
    return found


def read_lines(settings: Settings, name: str, lines: Iterable[str]) -> list[GoldenOfDesk]:
    """The golden inquiries of a JSON Lines file, each with ``desk`` and ``text``.

    Raises:
        InvalidInput: A line is wrong; the message names file and line.
    """
    found = [_Line(i, _parsed(name, i, line)) for i, line in enumerate(lines, 1) if line.strip()]
    for one in found:
        if one.golden.desk not in settings.desks:
            raise InvalidInput(f"{name}:{one.number}: there is no desk {one.golden.desk!r}")
    return [one.golden for one in found]


def add_all(
    store: Store, settings: Settings, at: datetime, actor: Actor, found: Sequence[GoldenOfDesk]
) -> list[GoldenInquiry]:
    """Keep many, see `add`."""
    return [add(store, settings, at, actor, one.desk, one) for one in found]


def _parsed(name: str, number: int, line: str) -> GoldenOfDesk:
    try:
        return GoldenOfDesk.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{name}:{number}: {place}: {said}" if place else f"{name}:{number}: {said}") from None
    except (ValueError, RecursionError):
        raise InvalidInput(f"{name}:{number}: is not JSON") from None


def _of_request(ticket: Ticket, inquiry: Inquiry) -> Golden:
    """The whole inquiry; of one with several requests, the words of the ticket's own."""
    english, language = translation_of(inquiry.decision)
    requests = (inquiry.decision or {}).get("intents", ())
    if len(requests) > 1 and ticket.intent < len(requests):
        return Golden.model_construct(text=requests[ticket.intent]["text"], text_en=None, language=language)
    return Golden.model_construct(text=text_of(inquiry), text_en=english, language=language)


def _sees_all_of(store: Store, actor: Actor, text: str) -> bool:
    """Whether the desks to which this text must go already are the actor's to see."""
    if actor.desks is None:
        return True
    same = [one for one in store.golden_inquiries.all() if one.text.split() == text.split()]
    return all(actor.sees(one.desk) for one in same)


def _require(settings: Settings, actor: Actor, desk: str) -> None:
    if desk not in settings.desks:
        raise NotFound(f"there is no desk {desk!r}")
    actor.require_desk(desk)
