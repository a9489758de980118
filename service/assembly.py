"""Puts the parts together from settings. Made once per process, after it was forked."""

from dataclasses import dataclass

from model.configuration import Configuration
from model.registry import Registry
from service.errors import CannotStart
from service.learning.corrections import StoredCorrections
from service.oidc import check_installed
from service.pipeline.classification import Champion
from service.pipeline.detection.detector import Detector
from service.pipeline.detection.engines import EngineMissing, open_engines
from service.pipeline.detection.languages import regions
from service.pipeline.masking.masker import Masker
from service.pipeline.memory import Memories
from service.pipeline.pipeline import Pipeline
from service.pipeline.routing import Router
from service.pipeline.translation.line import Bounds, Line
from service.pipeline.translation.providers import ProviderMissing, make_provider
from service.pipeline.translation.records import Records
from service.pipeline.translation.translator import Translator
from service.settings import Settings, check
from service.storage.store import Store
from service.translation_records import TranslationRecords
from service.translation_settings import ProviderName, TranslationSettings


@dataclass(frozen=True)
class Loket:
    """All parts of one process."""

    settings: Settings
    registry: Registry
    store: Store
    records: TranslationRecords
    pipeline: Pipeline
    configuration: Configuration | None = None  # where the settings came from, for the page that shows them


def assemble(configuration: Configuration) -> Loket:
    """Build everything.

    Raises:
        ConfigurationInvalid, CannotStart, ModelError: Something needed is wrong.
    """
    settings = check(configuration)
    check_installed(settings.oidc)
    registry = configuration.registry()
    store = Store.at(settings.database_url, settings.outbox())
    records = make_records(settings, store)
    memories = Memories(make_corrections(settings, registry, store), settings.learning.remembered)
    pipeline = make_pipeline(settings, registry, records, memories)
    return Loket(settings, registry, store, records, pipeline, configuration)


def make_corrections(settings: Settings, registry: Registry, store: Store) -> StoredCorrections:
    """What is remembered of corrections, as configured."""
    names, boilerplate = settings.present_names(), settings.cleaning.boilerplate
    return StoredCorrections(store, registry, settings.learning.remembered, names, boilerplate)


def make_records(settings: Settings, store: Store) -> TranslationRecords:
    """What translation keeps, for as long as is configured."""
    return TranslationRecords(store, settings.translation.memory_days, texts_days=settings.privacy.texts_days)


def make_pipeline(
    settings: Settings, registry: Registry, records: Records, memories: Memories | None = None
) -> Pipeline:
    """The pipeline of these settings."""
    detector = make_detector(settings)
    return Pipeline(
        detector,
        make_translator(settings, detector, records),
        Champion(registry, settings.classifier.encoder),
        make_router(settings),
        settings.cleaning.boilerplate,
        settings.privacy_rules(),
        memories,
        settings.present_names(),
    )


def make_router(settings: Settings) -> Router:
    """The router of these settings; it needs no model until it is asked."""
    return Router(
        settings.category_routes(), settings.desk_policies(), settings.routing_rules(), settings.desk_terms()
    )


def make_detector(settings: Settings) -> Detector:
    """The detector with the configured engines.

    Raises:
        CannotStart: An engine's package is not installed.
    """
    try:
        return Detector(open_engines(settings.languages.engines), settings.languages.site)
    except EngineMissing as error:
        raise CannotStart(f"languages.engines: {error}") from error


def make_translator(settings: Settings, detector: Detector, records: Records) -> Translator:
    """The translator with the configured providers, in their order.

    Raises:
        CannotStart: A provider's package is not installed.
    """
    translation = settings.translation
    return Translator(
        [_line(name, settings) for name in translation.providers],
        deadline_seconds=translation.deadline_seconds,
        detect=detector.detect,
        masker=Masker(settings.privacy.patterns),
        records=records,
        home=[region for language in settings.languages.site for region in regions(language)[:1]],
    )


def _line(name: ProviderName, settings: Settings) -> Line:
    translation: TranslationSettings = settings.translation
    own = getattr(translation, name)
    bounds = Bounds(
        own.concurrency, own.per_second, translation.attempts,
        translation.breaker_failures, translation.breaker_pause_seconds,
    )  # fmt: skip
    try:
        return Line(make_provider(name, own, settings.data_dir), bounds)
    except ProviderMissing as error:
        raise CannotStart(f"translation.providers: {error}") from error
