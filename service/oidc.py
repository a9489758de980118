"""Signing in at an identity provider: OpenID Connect 1.0, the authorization code flow with PKCE.

The package authlib is needed only where this is configured; it is imported when a provider is opened.
"""

import json
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from service.errors import CannotStart, Forbidden, StorageUnavailable
from service.oidc_settings import Oidc
from service.setting_types import is_loopback
from service.storage.sign_in_flows import Flow

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

# Signatures by a key of the provider's alone: neither none, nor an HMAC with a secret that is ours as well.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KEY_TYPES = ("RSA", "EC", "OKP")
_TIMEOUT_SECONDS = (3.05, 10.0)  # just over a TCP retransmission to connect; to answer
_LEEWAY_SECONDS = 60  # by which clocks may differ
_KNOWN_FOR = timedelta(hours=1)
_MAX_BYTES = 500_000


class ProviderUnreachable(StorageUnavailable):
    """Your organisation's sign-in page cannot be reached; try again in a moment."""


class SignInRefused(Forbidden):
    """Your organisation did not let you in."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who a provider says somebody is.

    Attributes:
        issuer: The provider.
        subject: Its name for the person, which never changes.
        name: What people call them.
        role: In Loket, the first configured one of theirs; None where they have none.
        desks: None where the provider does not say.
    """

    issuer: str
    subject: str
    name: str
    role: str | None
    desks: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Metadata:
    authorize: str
    token: str
    keys: "KeySet"
    read_at: datetime


def check_installed(settings: Oidc | None) -> None:
    """Raises `CannotStart` where a provider is configured and the package for it is missing."""
    if settings is not None and find_spec("authlib") is None:
        raise CannotStart('oidc: the package authlib is missing: pip install "loket[oidc]"')


class Provider:
    """One identity provider; what it says of itself is read when it is needed, and again after an hour."""

    def __init__(self, settings: Oidc) -> None:
        self._settings = settings
        self._known: _Metadata | None = None
        self._lock = threading.Lock()

    def begin(self, at: datetime, redirect_uri: str, onward: str | None) -> tuple[str, str, Flow]:
        """The provider's address to send somebody to, the state that comes back with them, and what to keep.

        Raises:
            ProviderUnreachable: It does not say where its sign-in page is.
        """
        from authlib.common.security import generate_token
        from authlib.integrations.requests_client import OAuth2Session

        state, flow = secrets.token_urlsafe(32), Flow(secrets.token_urlsafe(32), generate_token(64), onward)
        known = self._metadata(at)
        with OAuth2Session(
            self._settings.client_id,
            scope=" ".join(self._settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        ) as client:
            address, _ = client.create_authorization_url(
                known.authorize, state=state, nonce=flow.nonce, code_verifier=flow.verifier
            )
        return str(address), state, flow

    def end(self, at: datetime, redirect_uri: str, code: str, flow: Flow) -> Person:
        """Who came back with a code.

        Raises:
            SignInRefused: The code or the ID token is not good.
            ProviderUnreachable: It does not answer.
        """
        claims = self._claims(at, self._id_token(at, redirect_uri, code, flow), flow.nonce)
        has = _texts(claims, self._settings.roles_claim)
        role = next((role for claimed, role in self._settings.roles.items() if claimed in has), None)
        return Person(self._settings.issuer, claims["sub"], _name(claims), role, self._desks(claims))

    def _id_token(self, at: datetime, redirect_uri: str, code: str, flow: Flow) -> str:
        from authlib.common.errors import AuthlibBaseError
        from authlib.integrations.requests_client import OAuth2Session

        known = self._metadata(at)
        secret = self._settings.client_secret
        with OAuth2Session(self._settings.client_id, secret, redirect_uri=redirect_uri) as client:
            try:
                answer = client.fetch_token(
                    known.token, code=code, code_verifier=flow.verifier, timeout=_TIMEOUT_SECONDS,
                    allow_redirects=False,
                )  # fmt: skip
            except requests.RequestException as error:
                raise ProviderUnreachable from error
            except (AuthlibBaseError, ValueError) as error:
                raise SignInRefused from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused
        return token

    def _claims(self, at: datetime, token: str, nonce: str) -> dict[str, Any]:
        """The ID token's claims, checked as OpenID Connect Core 1.0 section 3.1.3.7 says."""
        from joserfc.errors import JoseError
        from joserfc.jwt import JWTClaimsRegistry

        rules: dict[str, Any] = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
            "nonce": {"essential": True, "value": nonce},
            "sub": {"essential": True}, "exp": {"essential": True}, "iat": {"essential": True},
        }  # fmt: skip
        registry = JWTClaimsRegistry(int(at.timestamp()), _LEEWAY_SECONDS, **rules)
        try:
            claims = self._decoded(at, token)
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise SignInRefused from error
        if not _is_for(claims, self._settings.client_id) or not _is_subject(claims["sub"]):
            raise SignInRefused
        return claims

    def _decoded(self, at: datetime, token: str) -> dict[str, Any]:
        """With the keys that are known; with those of now, should the provider sign with a newer one."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError

        algorithms = list(ALGORITHMS)
        try:
            return dict(jwt.decode(token, self._metadata(at).keys, algorithms=algorithms).claims)
        except InvalidKeyIdError:
            with self._lock:
                self._known = None
            return dict(jwt.decode(token, self._metadata(at).keys, algorithms=algorithms).claims)

    def _metadata(self, at: datetime) -> _Metadata:
        with self._lock:
            if self._known is None or at - self._known.read_at > _KNOWN_FOR:
                self._known = self._read(at)
            return self._known

    def _read(self, at: datetime) -> _Metadata:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        issuer = self._settings.issuer
        said = _json_at(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != issuer:  # OpenID Connect Discovery 1.0, section 4.3: another one could stand in
            raise ProviderUnreachable
        authorize, token, keys = (
            _private(said.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        )
        try:
            usable = [key for key in _json_at(keys)["keys"] if key["kty"] in _KEY_TYPES and key.get("use") != "enc"]
            return _Metadata(authorize, token, KeySet.import_key_set({"keys": usable}), at)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderUnreachable from error

    def _desks(self, claims: dict[str, Any]) -> tuple[str, ...] | None:
        if self._settings.desks_claim is None:
            return None
        claimed = _texts(claims, self._settings.desks_claim)
        return tuple(sorted({desk for name, desk in self._settings.desks.items() if name in claimed}))


def _json_at(url: str) -> dict[str, Any]:
    try:
        with requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            content = answer.raw.read(_MAX_BYTES, decode_content=True) if answer.status_code == 200 else b""
        found = json.loads(content)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise ProviderUnreachable from error
    if not isinstance(found, dict):
        raise ProviderUnreachable
    return found


def _private(url: object) -> str:
    """An address that nobody on the way can read."""
    if not isinstance(url, str) or (urlsplit(url).scheme != "https" and not is_loopback(url)):
        raise ProviderUnreachable
    return url


def _texts(claims: dict[str, Any], path: str) -> set[str]:
    """What a claim says: one text or a list, by its name, or by a path such as ``realm_access.roles``."""
    found: Any = claims
    if path in claims:
        found = claims[path]
    else:
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return {one for one in listed if isinstance(one, str)}


def _is_for(claims: dict[str, Any], client_id: str) -> bool:
    """Of several audiences, the party that asked for the token must be us."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    return claims.get("azp", None if several else client_id) == client_id


def _is_subject(subject: object) -> bool:
    return isinstance(subject, str) and 0 < len(subject) <= 255 and subject.isprintable()


def _name(claims: dict[str, Any]) -> str:
    """A name fit for a journal: printable, and not too long."""
    for claim in ("preferred_username", "email", "name"):
        said = claims.get(claim)
        if isinstance(said, str) and (kept := "".join(filter(str.isprintable, said)).strip()[:80]):
            return kept
    return str(claims["sub"])[:80]
