"""Settings of translation: the providers and what each needs, what is kept, and what may leave the house."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.pipeline.privacy import Policy
from service.setting_types import CountryCode, HttpUrl, Name, Pattern, Table, is_loopback, unfit


class _Provider(Table):
    """What a provider may cost; and whether it is inside the house, if that is not plain."""

    per_second: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8


class _Server(_Provider):
    """A server of one's own."""

    url: HttpUrl | None = None
    local: bool | None = None

    @property
    def is_local(self) -> bool:
        """As said, else whether it answers on this machine."""
        return is_loopback(self.url or "") if self.local is None else self.local


class Google(_Provider):
    """The page that deep-translator reads."""


class MyMemory(_Provider):
    """MyMemory, which deep-translator calls over plain http."""

    accept_plain_http: bool = False
    email: str | None = None


class _Service(_Provider):
    """A service that is paid by a key; another address is for a proxy in front of it."""

    api_key: str | None = None
    url: HttpUrl | None = None


class Deepl(_Service):
    """DeepL's API."""


class Microsoft(_Service):
    """Microsoft Translator's API."""

    region: str | None = None


class GoogleCloud(_Service):
    """Google Cloud Translation's API."""


class LibreTranslate(_Server):
    """A LibreTranslate server."""

    api_key: str | None = None


class Apertium(_Server):
    """An Apertium-APy server."""


class FxTranslate(_Provider):
    """Firefox's models in this process."""

    folder: Path | None = None
    concurrency: Annotated[int, Field(ge=1, le=256)] = 2


ProviderName = Literal[
    "google", "google_cloud", "deepl", "microsoft", "mymemory", "libretranslate", "apertium", "fxtranslate"
]
_NEEDED = {
    "google_cloud": "api_key", "deepl": "api_key", "microsoft": "api_key",
    "libretranslate": "url", "apertium": "url", "mymemory": "accept_plain_http",
}  # fmt: skip


class TranslationSettings(Table):
    """Who translates, how long may be waited for it, and what is kept of it."""

    providers: tuple[ProviderName, ...] = ("google",)
    google: Google = Google()
    google_cloud: GoogleCloud = GoogleCloud()
    deepl: Deepl = Deepl()
    microsoft: Microsoft = Microsoft()
    mymemory: MyMemory = MyMemory()
    libretranslate: LibreTranslate = LibreTranslate()
    apertium: Apertium = Apertium()
    fxtranslate: FxTranslate = FxTranslate()
    deadline_seconds: Annotated[float, Field(gt=0, le=60)] = 12.0
    attempts: Annotated[int, Field(ge=1, le=5)] = 2
    breaker_failures: Annotated[int, Field(ge=1)] = 3
    breaker_pause_seconds: Annotated[float, Field(gt=0)] = 60.0
    memory_days: Annotated[float, Field(ge=0, allow_inf_nan=False, le=36_500)] = 90.0
    late_hours: Annotated[float, Field(ge=0, allow_inf_nan=False, le=8_760)] = 72.0

    @model_validator(mode="after")
    def _providers_have_what_they_need(self) -> Self:
        for name in self.providers:
            if name in _NEEDED and not getattr(getattr(self, name), _NEEDED[name]):
                raise unfit("providers", f"{name} needs translation.{name}.{_NEEDED[name]}")
        return self


class Privacy(Table):
    """What of an inquiry a translator outside the house may see."""

    policy: Policy = Policy.MASKED
    unknown_country: Policy | None = None
    texts_days: Annotated[float, Field(ge=0, allow_inf_nan=False, le=36_500)] = 365.0
    countries: dict[CountryCode, Policy] = Field(default_factory=dict)
    patterns: dict[Name, Pattern] = Field(default_factory=dict)
