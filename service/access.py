"""Who is asking, and what that gives a right to. Passwords are argon2 hashes, keys and sessions SHA-256 ones."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import Forbidden, NotFound, TooManyAttempts, Unauthenticated
from service.passwords import hash_password, hashed_anew, is_right
from service.storage.admin_events import Entry
from service.storage.people import People
from service.storage.records import Session, User

SCOPES = ("submit", "classify", "desk", "figures", "models", "events", "admin")
_SCOPES_OF_ROLE = {
    "agent": frozenset({"desk"}),
    "lead": frozenset({"desk", "figures"}),
    "scientist": frozenset({"classify", "models"}),
    "admin": frozenset(SCOPES),
}
ROLES = tuple(_SCOPES_OF_ROLE)
COMMAND = "command"  # who acts from the terminal, in the journal
_VISITOR = "visitor"  # who is nobody yet
_KEY_PREFIX = "loket_"  # so that a leaked key is found by secret scanners
_FAILURES_OF_A_NAME = 5
_FAILURES_OF_AN_ADDRESS = 50  # chosen by hand: an office behind one address mistypes, too
_LOCKED_FOR = timedelta(minutes=15)
_REMEMBERED_HERE_FOR = timedelta(days=30)
_REPLACED_AFTER = timedelta(minutes=15)
_STILL_GOOD_FOR = timedelta(seconds=30)  # a replaced token: for requests that were under way with it
_NOTED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Actor:
    """A key or a signed-in user.

    Attributes:
        name: For the journal: ``key:shop`` or ``user:anna``.
        scopes: What may be done.
        desks: Whose tickets may be seen; None for all.
        origin: The address from which it acts, for the journal.
    """

    name: str
    scopes: frozenset[str]
    desks: frozenset[str] | None
    origin: str | None = None

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

    def entry(self, at: datetime, kind: str, about: str | None = None, **details: object) -> Entry:
        """What the journal says of something that it does."""
        return Entry(at, kind, self.name, about, self.origin, details)


def create_key(
    people: People, at: datetime, name: str, scopes: list[str], desks: list[str], by: Actor | None = None
) -> str:
    """Make an API key; the answer is the only time that it can be read."""
    key = _KEY_PREFIX + secrets.token_urlsafe(32)
    scopes, desks = sorted(set(scopes)), sorted(set(desks))
    entry = (by or operator()).entry(at, "key_created", f"key:{name}", scopes=scopes, desks=desks)
    people.add_key(at, name, _digest(key), scopes, desks, entry)
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


def operator() -> Actor:
    """Whoever may run commands on the machine."""
    return Actor(COMMAND, frozenset({"admin"}), None)


def create_user(people: People, at: datetime, name: str, password: str, role: str, desks: list[str]) -> None:
    """Make a user who can sign in."""
    entry = operator().entry(at, "user_created", f"user:{name}", role=role, desks=sorted(set(desks)))
    people.add_user(at, name, hash_password(password), role, sorted(set(desks)), entry)


def change_password(people: People, name: str, password: str, entry: Entry | None = None) -> bool:
    """Set a password, end the user's sessions and a lock-out; answers whether there is such a user."""
    hashed = hash_password(password)
    people.forget_failures(_of_name(name))
    return people.change_user(name, entry, password_hash=hashed)


def change_own_password(
    people: People, at: datetime, session: Session, old: str, new: str, origin: str | None
) -> str:
    """Set a user's password for themselves: all their sessions end, and one begins; answers its token.

    Raises:
        Unauthenticated: The old password is wrong.
        TooManyAttempts: It was wrong too often.
        InvalidInput: The new one is too short.
    """
    user, tried = session.user, _of_name(session.user.name)
    if people.failures(at - _LOCKED_FOR, tried) >= _FAILURES_OF_A_NAME:
        raise TooManyAttempts
    if not is_right(user.password_hash, old):
        _count_failures(people, at, tried, origin, crowded=False)
        raise Unauthenticated("the present password is wrong")
    entry = actor_of(user, origin).entry(at, "password_changed", f"user:{user.name}")
    change_password(people, user.name, new, entry)
    return open_session(people, at, user, session.expires_at - at, origin, how="new password")


def sign_in(
    people: People,
    at: datetime,
    name: str,
    password: str,
    lasts: timedelta,
    *,
    origin: str | None = None,
    admitted: Collection[str] = ROLES,
) -> str:
    """Check name and password and open a session; answers its token.

    Args:
        people: Who there is.
        at: Now.
        name: As it was typed.
        password: As it was typed.
        lasts: How long the session lasts at most.
        origin: The address from which.
        admitted: The roles that may use a password; others sign in elsewhere.

    Raises:
        Unauthenticated: Name or password is wrong; it does not say which, nor takes longer for one of them.
        TooManyAttempts: Too many wrong passwords for this name, or from this address.
    """
    tried = _of_name(name)
    if people.failures(at - _LOCKED_FOR, tried) >= _FAILURES_OF_A_NAME:
        raise TooManyAttempts
    crowded = _is_crowded(people, at, origin)
    user = people.user(name)
    if not is_right(user.password_hash if user else None, password) or user is None or user.role not in admitted:
        _count_failures(people, at, tried, origin, crowded)
        raise TooManyAttempts if crowded else Unauthenticated("name or password is wrong")
    if crowded and not people.signed_in_from(f"user:{user.name}", origin, at - _REMEMBERED_HERE_FOR):
        raise TooManyAttempts
    if better := hashed_anew(user.password_hash, password):
        people.rehash(user.id, user.password_hash, better)
    return open_session(people, at, user, lasts, origin, how="password")


def open_session(people: People, at: datetime, user: User, lasts: timedelta, origin: str | None, how: str) -> str:
    """Let a user in who has shown who they are; answers the session's token."""
    family = secrets.token_urlsafe(32)
    token = _next_token(family)
    entry = actor_of(user, origin).entry(at, "signed_in", how=how)
    hashes = (_digest(token), _digest(family))
    people.sessions.open(at, user.id, hashes, at + lasts, _of_name(user.name), entry)
    return token


def actor_of(user: User, origin: str | None = None) -> Actor:
    """What a user's role and desks give a right to."""
    desks = None if user.role == "admin" else frozenset(user.desks)
    return Actor(f"user:{user.name}", _SCOPES_OF_ROLE[user.role], desks, origin)


def session_of(
    people: People, at: datetime, token: str | None, idle: timedelta | None = None, origin: str | None = None
) -> Session | None:
    """The session of a token, while it lasts and is used; a replaced token that comes too late ends it.

    A token that was replaced is used by two parties: by the user and by whoever copied it, and nothing tells which
    of them came late. So neither stays signed in.
    """
    found = people.sessions.find(at, _digest(token)) if token else None
    if found is None:
        return None
    if found.replaced_at is not None and at - found.replaced_at > _STILL_GOOD_FOR:
        people.sessions.end(found.family, actor_of(found.user, origin).entry(at, "session_reused"))
        return None
    if idle is not None and at - found.used_at > idle:
        people.sessions.end(found.family, actor_of(found.user, origin).entry(at, "session_idle"))
        return None
    return found


def actor_of_session(people: People, at: datetime, token: str | None) -> Actor | None:
    """Who is signed in with this token, if anybody."""
    found = session_of(people, at, token)
    return actor_of(found.user) if found else None


def keep(people: People, at: datetime, token: str, session: Session) -> str | None:
    """Note that a session is used; answers another token after a quarter of an hour, for whoever asks first."""
    if session.replaced_at is None and at - session.made_at >= _REPLACED_AFTER:
        new = _next_token(token.partition(".")[0])
        return new if people.sessions.replace(at, _digest(token), _digest(new)) else None
    if session.replaced_at is None and at - session.used_at >= _NOTED_AFTER:
        people.sessions.touch(at, _digest(token))
    return None


def sign_out(people: People, at: datetime, token: str, origin: str | None = None) -> None:
    """End a session."""
    found = people.sessions.find(at, _digest(token))
    if found:
        people.sessions.end(found.family, actor_of(found.user, origin).entry(at, "signed_out"))


def sign_out_everywhere(people: People, at: datetime, session: Session, origin: str | None = None) -> None:
    """End all sessions of a user."""
    entry = actor_of(session.user, origin).entry(at, "signed_out_everywhere")
    people.sessions.end_all(session.user.id, entry=entry)


def form_token(session_token: str) -> str:
    """What a form must carry to act for a session: known to our pages, not to another site's.

    It is made of what all tokens of a session have in common, so that a page which was opened before its token was
    replaced can still be sent.
    """
    return hmac.new(session_token.partition(".")[0].encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(session_token: str, given: str) -> bool:
    """Whether a form came from one of our pages."""
    return hmac.compare_digest(form_token(session_token).encode(), given.encode("utf-8", "replace"))


def _next_token(family: str) -> str:
    return f"{family}.{secrets.token_urlsafe(32)}"


def _digest(secret: str) -> str:
    """Keys and tokens are 256 random bits: one hash is enough, and constant-time by being looked up hashed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _of_name(name: str) -> str:
    return _digest(f"name {name}")


def _of_address(origin: str) -> str:
    return _digest(f"address {origin}")


def _is_crowded(people: People, at: datetime, origin: str | None) -> bool:
    """Whether so many sign-ins from an address failed that only who signed in from there lately may."""
    if origin is None:
        return False
    return people.failures(at - _LOCKED_FOR, _of_address(origin)) >= _FAILURES_OF_AN_ADDRESS


def _count_failures(people: People, at: datetime, tried: str, origin: str | None, crowded: bool) -> None:
    """Against the name, and against the address unless it is locked: to try does not lengthen a lock."""
    entry = Entry(at, "sign_in_failed", _VISITOR, None, origin, {"name": tried[:16]})
    people.count_failure(at, tried, _LOCKED_FOR, entry)
    if people.failures(at - _LOCKED_FOR, tried) == _FAILURES_OF_A_NAME:
        people.note(Entry(at, "name_locked", _VISITOR, None, origin, {"name": tried[:16]}))
    if origin is None or crowded:
        return
    people.count_failure(at, _of_address(origin), _LOCKED_FOR)
    if people.failures(at - _LOCKED_FOR, _of_address(origin)) == _FAILURES_OF_AN_ADDRESS:
        people.note(Entry(at, "address_locked", _VISITOR, None, origin))
