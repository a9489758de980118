"""Settings of a receiver of Standard Webhooks."""

import binascii
from base64 import b64decode
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from service.delivery.target_settings import HttpTarget, several

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes that a secret stands for.

    Raises:
        ValueError: It is none of Standard Webhooks' secrets.
    """
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError(f"is not {PREFIX} and the base64 of 24 to 64 random bytes")
    return key


def _secret(secret: SecretStr) -> SecretStr:
    key_of(secret.get_secret_value())
    return secret


Secret = Annotated[SecretStr, AfterValidator(_secret)]


class WebhookSettings(HttpTarget):
    """A receiver of Standard Webhooks.

    Attributes:
        secret: One, or several while they are rotated: each signs.
        texts: Whether what the customer wrote is in the body; without it, ids and what was decided only.
    """

    kind: Literal["webhook"]
    secret: Annotated[tuple[Secret, ...], BeforeValidator(several), Field(min_length=1, max_length=8)]
    texts: bool = True

    def signing_keys(self) -> list[bytes]:
        """What signs."""
        return [key_of(one.get_secret_value()) for one in self.secret]
