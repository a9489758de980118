"""What administrators do with users and keys; each is in the journal with who, when and from where."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from service import access
from service.access import ROLES, SCOPES, Actor
from service.errors import Conflict, InvalidInput, NotFound
from service.settings import Settings
from service.storage.people import People
from service.storage.records import User

_NAME_MAX_CHARS = 100


def change_rights(
    people: People, settings: Settings, at: datetime, actor: Actor, name: str, role: str, desks: Collection[str]
) -> None:
    """Give a user another role or other desks; their sessions end.

    Raises:
        NotFound: There is no such user.
        InvalidInput: There is no such role or desk.
        Conflict: It is the administrator themselves, or somebody whose rights an identity provider gives.
    """
    user = _other(people, actor, name)
    if role not in ROLES:
        raise InvalidInput(f"is one of {', '.join(ROLES)}", field="role")
    if user.issuer is not None:
        raise Conflict("this user's rights come from the identity provider; change them there")
    known = _known_desks(settings, desks)
    _change(people, at, actor, name, "user_changed", role=role, desks=known)


def disable(people: People, at: datetime, actor: Actor, name: str) -> None:
    """Take a user's rights and end their sessions; see `change_rights` for what it raises."""
    _other(people, actor, name)
    _change(people, at, actor, name, "user_disabled", disabled_at=at)


def enable(people: People, at: datetime, actor: Actor, name: str) -> None:
    """Let a disabled user in again; see `change_rights` for what it raises."""
    _other(people, actor, name)
    _change(people, at, actor, name, "user_enabled", disabled_at=None)


def create_key(
    people: People,
    settings: Settings,
    at: datetime,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    desks: Collection[str],
) -> str:
    """Make an API key; the answer is the only time that it can be read.

    Raises:
        InvalidInput: The name is not fit for the journal, or there is no such scope or desk.
        Conflict: There is a key of that name.
    """
    if not 0 < len(name) <= _NAME_MAX_CHARS or not name.isprintable() or name != name.strip():
        raise InvalidInput("has 1 to 100 printable characters, and no blanks around them", field="name")
    if not scopes or set(scopes) - set(SCOPES):
        raise InvalidInput(f"are some of {', '.join(SCOPES)}", field="scopes")
    return access.create_key(people, at, name, list(scopes), _known_desks(settings, desks), actor)


def revoke_key(people: People, at: datetime, actor: Actor, name: str) -> None:
    """Take a key's rights.

    Raises:
        NotFound: There is no such key in use.
    """
    if not people.revoke_key(at, name, actor.entry(at, "key_revoked", f"key:{name}")):
        raise NotFound(f"there is no key {name!r} in use")


def _other(people: People, actor: Actor, name: str) -> User:
    """Nobody takes the rights from themselves: the last administrator could not give them back."""
    user = next((one for one in people.users() if one.name == name), None)
    if user is None:
        raise NotFound(f"there is no user {name!r}")
    if actor.name == f"user:{name}":
        raise Conflict("another administrator has to change you")
    return user


def _change(people: People, at: datetime, actor: Actor, name: str, kind: str, **values: Any) -> None:
    facts = {key: value for key, value in values.items() if key in {"role", "desks"}}
    people.change_user(name, actor.entry(at, kind, f"user:{name}", **facts), **values)


def _known_desks(settings: Settings, desks: Collection[str]) -> list[str]:
    strange = sorted(set(desks) - set(settings.desks))
    if strange:
        raise InvalidInput(f"there is no desk {strange[0]!r}", field="desks")
    return sorted(set(desks))
