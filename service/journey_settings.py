"""Settings of journey events: the catalogue of products, who is pushed the feed, and columns of the export."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from service.delivery.target_settings import CaFile, several
from service.delivery.webhook.settings import Secret, key_of
from service.journeys.columns import BUILT_IN, NUMBERS, Column
from service.journeys.event import STEPS
from service.journeys.products import Product, words_of
from service.setting_types import HttpUrl, Name, Table, ZoneName, unfit


def _step(name: str) -> str:
    if name not in STEPS:
        raise ValueError(f"{name!r} is not a step; there are {', '.join(STEPS)}")
    return name


def _source(uri: str) -> str:
    if not uri or any(character.isspace() for character in uri) or not urlsplit(uri).path + urlsplit(uri).netloc:
        raise ValueError("is not a URI such as https://desk.example.com")
    return uri


def _called(name: str) -> str:
    if not words_of(name):
        raise ValueError(f"{name!r} holds no word to find")
    return name


Called = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_called)]
Step = Annotated[str, AfterValidator(_step)]
Bound = Annotated[float, Field(allow_inf_nan=False)]
FormField = Annotated[str, Field(min_length=1, max_length=100)]


class ProductSettings(Table):
    """A product or service that inquiries are about, and what customers call it."""

    name: Called
    kind: Literal["product", "service"] = "product"
    also: tuple[Called, ...] = ()
    fields: tuple[FormField, ...] = ()

    def product(self) -> Product:
        """As the catalogue has it."""
        return Product(self.name, self.kind, self.also, self.fields)


class Receiver(Table):
    """Who is pushed the feed, by webhook."""

    name: Name
    url: HttpUrl
    secret: Annotated[tuple[Secret, ...], BeforeValidator(several), Field(min_length=1, max_length=8)]
    types: tuple[Step, ...] = ()
    batch: Annotated[int, Field(ge=1, le=1_000)] = 100
    history: bool = True
    allow_private: bool = False
    ca_file: CaFile | None = None

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if not self.allow_private and not self.url.startswith("https:"):
            raise ValueError("url begins with https://; plain http needs allow_private = true")
        return self

    def signing_keys(self) -> list[bytes]:
        """What signs."""
        return [key_of(one.get_secret_value()) for one in self.secret]


class ColumnSettings(Table):
    """A column of the company's own in exports: a form field, a number of ours in buckets, or a constant."""

    field: FormField | None = None
    of: str | None = None
    constant: Annotated[str, Field(max_length=100)] | None = None
    buckets: Annotated[tuple[Bound, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if [self.field, self.of, self.constant].count(None) != 2:
            raise ValueError("a column has one of field, of and constant")
        if self.of is not None and self.of not in NUMBERS:
            raise ValueError(f"there is no number {self.of!r}; there are {', '.join(NUMBERS)}")
        if list(self.buckets) != sorted(set(self.buckets)):
            raise ValueError("buckets are bounds that ascend")
        if (self.of is not None) > bool(self.buckets) or (self.constant is not None and self.buckets):
            raise ValueError("buckets belong to a number, and every number but a form field's needs them")
        return self


class Journeys(Table):
    """What journey events say, to whom, and how exports are coarsened."""

    source: Annotated[str, AfterValidator(_source)] | None = None
    type_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$")] = "org.loket"
    key_file: str | None = None
    least: Annotated[int, Field(ge=1)] = 5
    zone: ZoneName = "UTC"
    calendar: Name | None = None
    receivers: tuple[Receiver, ...] = ()
    columns: dict[Name, ColumnSettings] = Field({})

    @field_validator("columns")
    @classmethod
    def _columns_are_new(cls, columns: dict[str, Any]) -> dict[str, Any]:
        taken = [name for name in columns if name in BUILT_IN]
        if taken:
            raise ValueError(f"{taken[0]!r} is a column already")
        return columns

    @field_validator("receivers")
    @classmethod
    def _names_differ(cls, receivers: tuple[Receiver, ...]) -> tuple[Receiver, ...]:
        if len({one.name for one in receivers}) < len(receivers):
            raise ValueError("two have the same name")
        return receivers

    def own_columns(self) -> tuple[Column, ...]:
        """The company's columns, as the export makes them."""
        return tuple(
            Column(name, field=one.field, of=one.of, constant=one.constant, buckets=one.buckets)
            for name, one in self.columns.items()
        )


def check_products(products: tuple[ProductSettings, ...]) -> tuple[ProductSettings, ...]:
    """Refuse two products of one name.

    Raises:
        PydanticCustomError: The second is named.
    """
    names = [one.name for one in products]
    twice = next((number for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise unfit(f"{twice}.name", f"{names[twice]!r} is another product's name")
    return products


Products = Annotated[tuple[ProductSettings, ...], AfterValidator(check_products)]
