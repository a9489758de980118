"""Who wrote, without saying who: the same customer is the same pseudonym for as long as the key is the same."""

import hashlib
import hmac
import unicodedata

_HEX_CHARS = 32  # 128 bits: no two customers meet by chance


class Pseudonyms:
    """Makes pseudonyms.

    Args:
        key: At least 32 random bytes. Whoever has it can tell which customer a pseudonym is by trying
            addresses; another key gives pseudonyms that cannot be linked with these.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, email: str | None, inquiry_id: str) -> str:
        """Of the customer; of the inquiry alone where there is no e-mail address."""
        told = f"email {normalised(email)}" if email else f"inquiry {inquiry_id}"
        return hmac.new(self._key, told.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_HEX_CHARS]


def normalised(email: str) -> str:
    """An address as its owner means it: neither case nor the width of letters tells two customers apart."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
