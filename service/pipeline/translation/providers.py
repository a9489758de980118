"""The providers by their names."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.deepl import DeeplProvider
from service.pipeline.translation.fxtranslate import FxTranslateProvider
from service.pipeline.translation.google import GoogleProvider
from service.pipeline.translation.google_cloud import GoogleCloudProvider
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.microsoft import MicrosoftProvider
from service.pipeline.translation.mymemory import MyMemoryProvider
from service.pipeline.translation.provider import Provider

# Each takes the provider's table of the settings and the data folder.
_MAKE: dict[str, Callable[[Any, Path], Provider]] = {
    "google": lambda own, _: GoogleProvider(own.concurrency),
    "google_cloud": lambda own, _: GoogleCloudProvider(own.api_key, own.concurrency, own.url),
    "deepl": lambda own, _: DeeplProvider(own.api_key, own.concurrency, own.url),
    "microsoft": lambda own, _: MicrosoftProvider(own.api_key, own.concurrency, own.region, own.url),
    "mymemory": lambda own, _: MyMemoryProvider(own.concurrency, own.email),
    "libretranslate": lambda own, _: LibreTranslateProvider(
        own.url, own.api_key, own.concurrency, local=own.is_local
    ),
    "apertium": lambda own, _: ApertiumProvider(own.url, own.concurrency, local=own.is_local),
    "fxtranslate": lambda own, data_dir: FxTranslateProvider(models_folder(own.folder, data_dir)),
}


class ProviderMissing(Exception):
    """A chosen provider's package is not installed."""


def make_provider(name: str, own: Any, data_dir: Path) -> Provider:
    """The provider of that name.

    Args:
        name: As in the settings.
        own: Its table of the settings.
        data_dir: Where its models lie, if it has any and nothing else is said.

    Raises:
        ProviderMissing: Its package is not installed.
    """
    if name == "fxtranslate" and find_spec(name) is None:
        raise ProviderMissing(f"{name} needs a package that is not installed; loket[{name}] brings it")
    return _MAKE[name](own, data_dir)


def models_folder(folder: Path | None, data_dir: Path) -> Path:
    """Where Firefox's models lie."""
    return folder or data_dir / "translation"
