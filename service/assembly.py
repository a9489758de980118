"""Puts the parts together from settings. Made once per process, after it was forked."""

from dataclasses import dataclass

from model.configuration import Configuration
from model.registry import Registry
from service.pipeline.classification import Champion
from service.pipeline.detection.detector import Detector
from service.pipeline.detection.engine import LangdetectEngine
from service.pipeline.detection.languages import regions
from service.pipeline.pipeline import Pipeline
from service.pipeline.routing import Router
from service.pipeline.translation.google import GoogleProvider
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.provider import Provider
from service.pipeline.translation.translator import Translator
from service.settings import Settings, TranslationSettings, check
from service.storage.store import Store


@dataclass(frozen=True)
class Loket:
    """All parts of one process."""

    settings: Settings
    registry: Registry
    store: Store
    pipeline: Pipeline


def assemble(configuration: Configuration) -> Loket:
    """Build everything.

    Raises:
        ConfigurationInvalid, CannotStart, ModelError: Something needed is wrong.
    """
    settings = check(configuration)
    registry = configuration.registry()
    return Loket(settings, registry, Store.at(settings.database_url), make_pipeline(settings, registry))


def make_pipeline(settings: Settings, registry: Registry) -> Pipeline:
    """The pipeline of these settings."""
    return Pipeline(
        Detector(LangdetectEngine(), settings.languages.site),
        make_translator(settings),
        Champion(registry, settings.classifier.encoder),
        Router(settings.category_routes(), settings.desk_policies()),
        settings.cleaning.boilerplate,
    )


def make_translator(settings: Settings) -> Translator:
    """The translator with the configured providers, in their order."""
    home = [region for language in settings.languages.site for region in regions(language)[:1]]
    return _translator(settings.translation, home)


def _translator(settings: TranslationSettings, home: list[str]) -> Translator:
    return Translator(
        [_provider(name, settings) for name in settings.providers],
        deadline_seconds=settings.deadline_seconds,
        concurrency=settings.concurrency,
        breaker_failures=settings.breaker_failures,
        breaker_pause_seconds=settings.breaker_pause_seconds,
        home=home,
    )


def _provider(name: str, settings: TranslationSettings) -> Provider:
    if name == "google":
        return GoogleProvider(settings.concurrency)
    server = settings.libretranslate
    return LibreTranslateProvider(server.url or "", server.api_key, settings.concurrency)
