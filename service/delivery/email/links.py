"""Links in messages that correct a ticket: signed against forgery, and worth nothing once the ticket changed."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

VALID_FOR = timedelta(days=14)
_MAX_CHARS = 2_000
_PURPOSE = b"loket mail link 1\0"  # the key may sign other things too


class LinkAltered(ValueError):
    """It is not one that Loket made."""


@dataclass(frozen=True, slots=True)
class CorrectionLink:
    """What a link does.

    Attributes:
        ticket_id: Which ticket it corrects.
        category: To what.
        version: Of the ticket when it was sent: for another the link is worth nothing.
        address: The mailbox that it was sent to.
        expires_at: When it ends.
    """

    ticket_id: str
    category: str
    version: int
    address: str
    expires_at: datetime


class Signer:
    """Writes and reads the token of a link.

    Args:
        key: 32 random bytes or more.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, link: CorrectionLink) -> str:
        """What stands in the address."""
        moment = int(link.expires_at.timestamp())
        facts = [link.ticket_id, link.category, link.version, link.address, moment]
        payload = json.dumps(facts, separators=(",", ":")).encode()
        return f"{_encoded(payload)}.{_encoded(self._signature(payload))}"

    def read(self, token: str) -> CorrectionLink:
        """The link of a token, expired or not.

        Raises:
            LinkAltered: Loket did not make it.
        """
        if len(token) > _MAX_CHARS or not token.isascii():
            raise LinkAltered
        written, _, signature = token.partition(".")
        payload = _decoded(written)
        if not hmac.compare_digest(_encoded(self._signature(payload)), signature):
            raise LinkAltered
        ticket_id, category, version, address, moment = json.loads(payload)
        return CorrectionLink(ticket_id, category, version, address, datetime.fromtimestamp(moment, UTC))

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, _PURPOSE + payload, hashlib.sha256)


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise LinkAltered from None
