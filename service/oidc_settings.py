"""Settings of signing in at an identity provider by OpenID Connect."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from service.setting_types import HttpUrl, Name, Table, is_loopback, unfit

Role = Literal["agent", "lead", "scientist", "admin"]
_Filled = Annotated[str, Field(min_length=1)]


class Oidc(Table):
    """The provider, who Loket is there, and what its claims give a right to."""

    issuer: HttpUrl
    client_id: _Filled
    client_secret: _Filled
    name: _Filled = "your organisation"
    scopes: tuple[_Filled, ...] = ("openid", "profile", "email")
    roles_claim: _Filled = "roles"
    roles: Annotated[dict[str, Role], Field(min_length=1)]
    desks_claim: _Filled | None = None
    desks: dict[str, Name] = Field(default_factory=dict)
    only: bool = False

    @model_validator(mode="after")
    def _is_private_on_the_way(self) -> Self:
        if urlsplit(self.issuer).scheme != "https" and not is_loopback(self.issuer):
            raise unfit("issuer", "is an https address")
        if "openid" not in self.scopes:
            raise unfit("scopes", "openid must be among them")
        return self
