"""Kinds of values that settings are made of, each with the one sentence that says what is wrong with another."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from service.pipeline.detection.languages import normalise

_NAME = r"^[a-z][a-z0-9_]{0,63}$"
Name = Annotated[str, Field(pattern=_NAME)]
LabelName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s/]([^\n\r/]*[^\s/])?$")]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not an http or https address")
    return url


def database_url(url: str) -> str:
    """An address of a database that Loket can use."""
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise ValueError("begins with sqlite:// or postgresql://")
    return url


def _pattern(expression: str) -> str:
    try:
        found = re.compile(expression)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    if found.search(""):
        raise ValueError("finds the empty text")
    return expression


def is_loopback(url: str) -> bool:
    """Whether an address is one of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _language(tag: str) -> str:
    return normalise(tag).code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone such as Europe/Amsterdam") from None
    return name


def _origin(address: str) -> str:
    parts = urlsplit(_http_url(address))
    if address != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("is not an origin such as https://www.example.com")
    return address


Origin = Annotated[str, AfterValidator(_origin)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
CountryCode = Annotated[str, Field(pattern="^[A-Za-z]{2}$"), AfterValidator(str.upper)]
Pattern = Annotated[str, AfterValidator(_pattern)]
LanguageTag = Annotated[str, AfterValidator(_language)]
ZoneName = Annotated[str, AfterValidator(_zone)]


def unfit(keys: str, message: str) -> PydanticCustomError:
    """Settings that do not fit together, told of the one at fault."""
    return PydanticCustomError("unfit", "{message}", {"keys": keys.split("."), "message": message})


class Table(BaseModel):
    """A table of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
