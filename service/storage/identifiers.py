"""Identifiers: sorted by time where a list is read in order, unguessable where they are a reference."""

import hashlib
import re
import secrets
import uuid
from datetime import datetime

_ID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter that a customer could misread over the telephone


def new_id(at: datetime) -> str:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so that ids sort by time."""
    milliseconds = int(at.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


def first_id(at: datetime) -> str:
    """What sorts just before the ids made at a moment or later: they begin with its milliseconds."""
    digits = f"{int(at.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def is_id(text: str) -> bool:
    """Whether a text, from outside, can be one of our identifiers."""
    return _ID.match(text) is not None


def text_hash(text: str) -> str:
    """The SHA-256 of a text; white space does not tell two texts apart."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()


def new_receipt() -> str:
    """A customer's reference, such as ``LK-7Q4M-9XKD``: 39 random bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"LK-{letters[:4]}-{letters[4:]}"
