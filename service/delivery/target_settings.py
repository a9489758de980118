"""What every kind of target is configured with; a kind's own keys are in its folder."""

import ssl
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from service.setting_types import HttpUrl, Name, Table, unfit
from service.storage.outbox import EVENTS

ALL = "*"
_NAME_MAX_CHARS = 64


def several(value: Any) -> Any:
    """One value, written without brackets, is a list of one."""
    return (value,) if isinstance(value, str) else value


def _event(name: str) -> str:
    if name not in EVENTS:
        raise ValueError(f"is none of {', '.join(EVENTS)}")
    return name


def _certificates(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except OSError:
        raise ValueError("is not a file of certificates that can be read") from None
    return path


CaFile = Annotated[Path, AfterValidator(_certificates)]
Event = Annotated[str, AfterValidator(_event)]


class TargetSettings(Table):
    """A table of ``[[deliveries]]``.

    Attributes:
        name: Under which its deliveries are stored; made of kind and desks where none is given.
        desk: Whose tickets it gets: one, several, or ``*`` for all.
        events: Which of `EVENTS` it gets.
        concurrency: Deliveries under way at once.
    """

    name: Name
    desk: Annotated[tuple[Name | Literal["*"], ...], BeforeValidator(several), Field(min_length=1)]
    events: Annotated[tuple[Event, ...], BeforeValidator(several), Field(min_length=1)] = EVENTS
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        """The same name at every start, since what waits is stored under it."""
        if not isinstance(values, dict) or values.get("name"):
            return values
        desks = several(values.get("desk") or ())
        words = [str(values.get("kind", "")), *("all" if desk == ALL else str(desk) for desk in desks)]
        return values | {"name": "_".join(words)[:_NAME_MAX_CHARS]}

    def check_desks(self, desks: Collection[str]) -> None:
        """Refuse a desk that there is not.

        Raises:
            PydanticCustomError: It names one.
        """
        for desk in self.desk:
            if desk != ALL and desk not in desks:
                raise unfit(f"deliveries.{self.name}.desk", f"there is no desk {desk!r}")

    def wants(self, desk: str) -> bool:
        """Whether it gets the tickets of a desk."""
        return desk in self.desk or ALL in self.desk


class HttpTarget(TargetSettings):
    """A target that is called over HTTPS; plain HTTP only inside the house.

    Attributes:
        url: Where.
        allow_private: Whether it may be at a private, loopback or link-local address.
        ca_file: The certificates of the authorities that are trusted instead of the system's.
    """

    url: HttpUrl
    allow_private: bool = False
    ca_file: CaFile | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, url: str) -> str:
        parts = urlsplit(url)
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("holds a blank, or a character that an address must not hold")
        if parts.username is not None or parts.password is not None:
            raise ValueError("holds a user name or password")
        if parts.port == 0:  # asking for it also refuses what is no number
            raise ValueError("has no port that can be called")
        return url

    @model_validator(mode="after")
    def _encrypted(self) -> "HttpTarget":
        if not self.allow_private and not self.url.startswith("https:"):
            raise ValueError("url begins with https://; plain http needs allow_private = true")
        return self
