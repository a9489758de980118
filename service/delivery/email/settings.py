"""Settings of a mailbox that gets tickets."""

from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from service.delivery.target_settings import CaFile, Event, TargetSettings, several
from service.setting_types import is_loopback
from service.storage.outbox import LAID, MOVED

ADDRESS_MAX_CHARS = 120  # with ``mail:`` before it, it is an actor of the journal
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def _address(text: str) -> str:
    try:
        found = Address(addr_spec=text)
    except (ValueError, HeaderParseError, IndexError):
        found = Address()
    if not text.isascii() or not found.username or not found.domain:
        raise ValueError("is not one e-mail address of ASCII characters")
    return text


MailAddress = Annotated[str, Field(max_length=ADDRESS_MAX_CHARS), AfterValidator(_address)]


class EmailSettings(TargetSettings):
    """A mailbox that gets tickets, and the server that takes mail for it.

    Attributes:
        to: The mailbox. Who reads it may correct by the links in its messages.
        sender: Whom messages are from.
        host: The server.
        port: By default the usual one of the security.
        security: ``starttls`` and ``tls`` are required, never only tried; ``none`` only on this machine.
        user: Name at the server; None for no authentication.
        password: Of the user.
        ca_file: The certificates of the authorities that are trusted instead of the system's.
        events: By default what a person would want to be told.
    """

    kind: Literal["email"]
    to: MailAddress
    sender: MailAddress
    host: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9.:_-]+$")]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretStr | None = None
    ca_file: CaFile | None = None
    events: Annotated[tuple[Event, ...], BeforeValidator(several), Field(min_length=1)] = (LAID, MOVED)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.security == "none" and not is_loopback(f"//{self.host}"):
            raise ValueError('security = "none" is only for a mail server on this machine')
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password need each other")
        return self

    @property
    def port_used(self) -> int:
        """The port, given or usual."""
        return self.port or _PORTS[self.security]
