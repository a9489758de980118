"""Who is asking, and what that gives a right to. Passwords are argon2 hashes, keys and sessions SHA-256 ones."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Forbidden, InvalidInput, NotFound, TooManyAttempts, Unauthenticated
from service.storage.people import People

SCOPES = ("submit", "classify", "desk", "models", "admin")
_SCOPES_OF_ROLE = {
    "agent": frozenset({"desk"}),
    "lead": frozenset({"desk"}),
    "scientist": frozenset({"classify", "models"}),
    "admin": frozenset(SCOPES),
}
ROLES = tuple(_SCOPES_OF_ROLE)
_KEY_PREFIX = "loket_"  # so that a leaked key is found by secret scanners
_PASSWORD_MIN_CHARS = 12  # length over rules, as NIST SP 800-63B has it
_FAILURES_ALLOWED = 5
_LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Actor:
    """A key or a signed-in user.

    Attributes:
        name: For the journal: ``key:shop`` or ``user:anna``.
        scopes: What may be done.
        desks: Whose tickets may be seen; None for all.
    """

    name: str
    scopes: frozenset[str]
    desks: frozenset[str] | None

    def require(self, scope: str) -> None:
        """Raises `Forbidden` without the scope; ``admin`` has all."""
        if not self.may(scope):
            raise Forbidden(f"this needs the scope {scope!r}")

    def may(self, scope: str) -> bool:
        """Whether it has the scope."""
        return scope in self.scopes or "admin" in self.scopes

    def sees(self, desk: str) -> bool:
        """Whether the tickets of a desk are its to see."""
        return self.may("desk") and (self.desks is None or desk in self.desks)

    def require_desk(self, desk: str) -> None:
        """Raises `NotFound` for a desk that is not its own."""
        if not self.sees(desk):
            raise NotFound


def create_key(people: People, at: datetime, name: str, scopes: list[str], desks: list[str]) -> str:
    """Make an API key; the answer is the only time that it can be read."""
    key = _KEY_PREFIX + secrets.token_urlsafe(32)
    people.add_key(at, name, _digest(key), sorted(set(scopes)), sorted(set(desks)))
    return key


def actor_of_key(people: People, authorization: str | None) -> Actor | None:
    """Whom an ``Authorization`` header stands for; None without one.

    Raises:
        Unauthenticated: There is a header, but no valid key in it.
    """
    if authorization is None:
        return None
    scheme, _, key = authorization.partition(" ")
    credential = people.key(_digest(key.strip())) if scheme.lower() == "bearer" else None
    if credential is None:
        raise Unauthenticated
    desks = frozenset(credential.desks) or None
    return Actor(f"key:{credential.name}", frozenset(credential.scopes), desks)


def create_user(people: People, at: datetime, name: str, password: str, role: str, desks: list[str]) -> None:
    """Make a user who can sign in."""
    people.add_user(at, name, hash_password(password), role, sorted(set(desks)))


def change_password(people: People, name: str, password: str) -> bool:
    """Set a password, end the user's sessions and a lock-out; answers whether there is such a user."""
    hashed = hash_password(password)
    people.forget_failures(_digest(name))
    return people.change_user(name, password_hash=hashed)


def hash_password(password: str) -> str:
    """The hash to store.

    Raises:
        InvalidInput: It is too short.
    """
    if len(password) < _PASSWORD_MIN_CHARS:
        raise InvalidInput(f"a password has at least {_PASSWORD_MIN_CHARS} characters", field="password")
    return PasswordHasher().hash(password)


def sign_in(people: People, at: datetime, name: str, password: str, lasts: timedelta) -> str:
    """Check name and password and open a session; answers its token.

    Raises:
        Unauthenticated: Name or password is wrong; it does not say which, nor takes longer for one of them.
        TooManyAttempts: Too many wrong passwords for this name.
    """
    tried = _digest(name)
    if people.failures(at - _LOCKED_FOR, tried) >= _FAILURES_ALLOWED:
        raise TooManyAttempts
    user = people.user(name)
    if not _is_right(user.password_hash if user else None, password) or user is None:
        people.count_failure(at, tried, _LOCKED_FOR)
        raise Unauthenticated("name or password is wrong")
    token = secrets.token_urlsafe(32)
    people.open_session(at, user.id, tried, _digest(token), lasts)
    return token


def actor_of_session(people: People, at: datetime, token: str | None) -> Actor | None:
    """Who is signed in with this token, if anybody."""
    user = people.user_of_session(at, _digest(token)) if token else None
    if user is None:
        return None
    desks = None if user.role == "admin" else frozenset(user.desks)
    return Actor(f"user:{user.name}", _SCOPES_OF_ROLE[user.role], desks)


def sign_out(people: People, token: str) -> None:
    """End a session."""
    people.close_session(_digest(token))


def form_token(session_token: str) -> str:
    """What a form must carry to act for a session: known to our pages, not to another site's."""
    return hmac.new(session_token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(session_token: str, given: str) -> bool:
    """Whether a form came from one of our pages."""
    return hmac.compare_digest(form_token(session_token).encode(), given.encode())


def _digest(secret: str) -> str:
    """Keys and tokens are 256 random bits: one hash is enough, and constant-time by being looked up hashed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _is_right(password_hash: str | None, password: str) -> bool:
    hasher = PasswordHasher()
    if password_hash is None:
        hasher.hash(password)  # as long as a check takes, so that time does not tell which names exist
        return False
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
