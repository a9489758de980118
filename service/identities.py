"""Users who sign in at an identity provider: made at their first sign-in, and what it says of them at each."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from service.access import actor_of, open_session
from service.errors import Conflict
from service.oidc import Person, SignInRefused
from service.passwords import NO_PASSWORD
from service.storage.admin_events import Entry
from service.storage.people import People
from service.storage.records import User

_BY = "oidc"


def enter(people: People, at: datetime, person: Person, lasts: timedelta, origin: str | None) -> str:
    """Let somebody in with the role and desks that the provider gives now; answers the session's token.

    A user of the same name who signs in with a password is somebody else: nobody becomes them by a claim.

    Raises:
        SignInRefused: They have no role, or were disabled here.
    """
    user = people.user_of_subject(person.issuer, person.subject)
    if person.role is None:
        if user:
            people.sessions.end_all(user.id, entry=actor_of(user, origin).entry(at, "role_lost"))
        raise SignInRefused("your organisation gives you no role here; ask an administrator")
    if user is not None and user.disabled_at is not None:
        raise SignInRefused("an administrator disabled you here")
    known = _followed(people, at, user, person, origin) if user else _made(people, at, person, origin)
    return open_session(people, at, known, lasts, origin, how=_BY)


def _followed(people: People, at: datetime, user: User, person: Person, origin: str | None) -> User:
    now = (person.role, user.desks if person.desks is None else person.desks)
    if now != (user.role, user.desks):
        entry = _entry(at, "user_changed", user.name, now, origin)
        people.change_user(user.name, entry, role=now[0], desks=list(now[1]))
    return _found(people, person)


def _made(people: People, at: datetime, person: Person, origin: str | None) -> User:
    rights = (person.role, person.desks or ())
    for name in _names(person):
        try:
            entry = _entry(at, "user_created", name, rights, origin)
            identity = (person.issuer, person.subject)
            people.add_user(at, name, NO_PASSWORD, str(rights[0]), list(rights[1]), entry, identity)
            break
        except Conflict:  # somebody else's name; or the same person comes twice at once
            if people.user_of_subject(person.issuer, person.subject):
                break
    return _found(people, person)


def _found(people: People, person: Person) -> User:
    user = people.user_of_subject(person.issuer, person.subject)
    if user is None or user.disabled_at is not None:
        raise SignInRefused
    return user


def _names(person: Person) -> Iterator[str]:
    yield person.name
    yield f"{person.name} {hashlib.sha256(f'{person.issuer} {person.subject}'.encode()).hexdigest()[:8]}"


def _entry(
    at: datetime, kind: str, name: str, rights: tuple[str | None, tuple[str, ...]], origin: str | None
) -> Entry:
    return Entry(at, kind, _BY, f"user:{name}", origin, {"role": rights[0], "desks": list(rights[1])})
