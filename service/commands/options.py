"""What commands share: the configuration, JSON output, and errors as one line with an exit status."""

import json
import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from model import configuration
from model.configuration import Configuration
from model.errors import ConfigurationInvalid, ModelError
from service.errors import ServiceError, StorageUnavailable
from service.settings import Settings, check
from service.storage.migrate import upgrade
from service.storage.store import Store

R = TypeVar("R")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def command_of(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command ``--config``, and tell our errors in one line (exit status 1)."""

    @click.option(
        "--config", "configuration", callback=_read, help="A TOML file; else LOKET_CONFIG or ./loket.toml."
    )
    @wraps(function)
    def told(*args: Any, **kwargs: Any) -> R:
        try:
            return function(*args, **kwargs)
        except StorageUnavailable as error:
            raise click.ClickException(f"the database cannot be used: {_cause(error)}") from error
        except (ServiceError, ModelError, ConfigurationInvalid) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}") from error

    return told


def _cause(error: StorageUnavailable) -> str:
    """What the driver said, in one line: it names hosts and files, never an inquiry."""
    said = getattr(error.__cause__, "orig", None) or "it is busy"
    return " ".join(str(said).split())


def open_store(found: Configuration) -> tuple[Settings, Store]:
    """Settings and a store whose tables are those of this release."""
    settings = check(found)
    store = Store.at(settings.database_url, settings.outbox())
    upgrade(store.engine)
    return settings, store


def known_desks(settings: Settings, desks: tuple[str, ...]) -> list[str]:
    """The desks, or a usage error that names the one there is not."""
    for desk in desks:
        if desk not in settings.desks:
            raise click.BadParameter(f"there is no desk {desk!r}; there are {', '.join(settings.desks)}")
    return list(desks)


def tell(facts: Any, as_json: bool, text: str) -> None:
    """Print facts for a program or a text for a person."""
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else text)


def _read(_context: click.Context, _parameter: click.Parameter, file: str | None) -> Configuration:
    try:
        return configuration.read(os.environ, file)
    except ConfigurationInvalid as error:
        raise click.ClickException(str(error)) from error
