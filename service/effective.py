"""The configuration that is in effect, as it may be shown: never a secret, and where each value comes from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from model.configuration import Configuration, default_company
from service.settings import Settings

# By name, and rather too many: what looks like a secret is not shown.
_SECRET = re.compile(r"secret|passw|token|key|credential|auth", re.IGNORECASE)
_NO_SECRET = re.compile(r"_file$")
_SET = "set"  # all that is said of a secret


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting.

    Attributes:
        name: With its table, such as ``web.session_hours``.
        value: As text; of a secret only that it is set.
        source: The variable or file that says so, ``packaged company``, or ``default``; None when not known.
    """

    name: str
    value: str
    source: str | None


def effective(settings: Settings, configuration: Configuration | None) -> dict[str, list[Shown]]:
    """All settings by table; those of no table under an empty name."""
    packaged = default_company()
    tables: dict[str, list[Shown]] = {}
    for path, value in _leaves((), settings):
        shown = Shown(".".join(path), _text(path[-1], value), _source(path, configuration, packaged))
        tables.setdefault(path[0] if len(path) > 1 else "", []).append(shown)
    return tables


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _leaves((*path, field.alias or name), getattr(value, name))
    elif isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves((*path, str(name)), inner)
    elif isinstance(value, (tuple, list)) and any(isinstance(one, BaseModel) for one in value):
        for number, inner in enumerate(value, 1):
            yield from _leaves((*path, str(number)), inner)
    else:
        yield path, value


def _text(name: str, value: Any) -> str:
    if value is None or value in ((), [], {}, ""):
        return "none"
    if isinstance(value, SecretStr) or (_SECRET.search(name) and not _NO_SECRET.search(name)):
        return _SET
    if isinstance(value, (tuple, list, set, frozenset)):
        return ", ".join(_without_secrets(str(one)) for one in value)
    return _without_secrets(str(value))


def _without_secrets(text: str) -> str:
    """Of an address only where it is: a password, a query or a path may be the key to it."""
    if "://" not in text:
        return text
    parts = urlsplit(text)
    host = parts.netloc.rpartition("@")[2]
    more = "/…" if parts.path.strip("/") or parts.query or "@" in parts.netloc else ""
    return f"{parts.scheme}://{host}{more}"


def _source(path: tuple[str, ...], configuration: Configuration | None, packaged: dict[str, Any]) -> str | None:
    if configuration is None:
        return None
    for keys, variable in configuration.variables.items():
        if tuple(part.lower() for part in path[: len(keys)]) == keys:
            return variable
    if not _is_given(configuration.values, path):
        return "default"
    is_packaged = configuration.values[path[0]] == packaged.get(path[0])
    return "packaged company" if is_packaged else str(configuration.file or "environment")


def _is_given(values: Any, path: tuple[str, ...]) -> bool:
    for part in path:
        if isinstance(values, list) and part.isdecimal():
            return True
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True
