"""What help desks' webhooks have in common."""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Heard:
    """A ticket as a help desk tells that it is now.

    Attributes:
        remote_id: What it is called there.
        at: When it last changed, by the help desk's own clock: what is not newer than what was heard is repeated.
        by: The user there who changed it.
        group: Its group there; None for none.
        categories: What may name a category, as `help_desk_text.tag` writes them.
        tags: All its tags; None where they are not told.
        closed: Whether it is answered.
        by_person: Whether a person changed it, and no rule of the help desk.
    """

    remote_id: str
    at: str
    by: str
    group: str | None
    categories: frozenset[str]
    tags: frozenset[str] | None
    closed: bool
    by_person: bool = True


def same(given: str, expected: str) -> bool:
    """Whether two signatures are the same, in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def json_of(body: bytes) -> Any:
    """The JSON of a body whose signature is right.

    Raises:
        InvalidInput: It is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput("the body is not JSON") from None


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 time with its zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
