"""API keys, users and their sessions; secrets are stored as hashes only."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import Conflict
from service.storage.engine import reading, writing
from service.storage.identifiers import new_id
from service.storage.records import Credential, User
from service.storage.tables import api_keys, sessions, sign_in_failures, users

_KEY = tuple(api_keys.c[name] for name in Credential.__slots__)
_USER = tuple(users.c[name] for name in User.__slots__)


class People:
    """Who may do what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_key(self, at: datetime, name: str, secret_hash: str, scopes: list[str], desks: list[str]) -> None:
        """Store a key.

        Raises:
            Conflict: There is one of that name.
        """
        values = {"name": name, "secret_hash": secret_hash, "scopes": scopes, "desks": desks}
        self._add(api_keys, at, values)

    def key(self, secret_hash: str) -> Credential | None:
        """The key with this secret, unless it was revoked."""
        query = select(*_KEY).where(api_keys.c.secret_hash == secret_hash, api_keys.c.revoked_at.is_(None))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _credential(row) if row else None

    def keys(self) -> list[Credential]:
        """All keys, by name."""
        with reading(self._engine) as connection:
            return [_credential(row) for row in connection.execute(select(*_KEY).order_by(api_keys.c.name))]

    def revoke_key(self, at: datetime, name: str) -> bool:
        """Take a key's rights; answers whether there was one to take."""
        live = (api_keys.c.name == name) & api_keys.c.revoked_at.is_(None)
        with writing(self._engine) as connection:
            return connection.execute(update(api_keys).where(live).values(revoked_at=at)).rowcount == 1

    def add_user(self, at: datetime, name: str, password_hash: str, role: str, desks: list[str]) -> None:
        """Store a user.

        Raises:
            Conflict: There is one of that name.
        """
        values = {"name": name, "password_hash": password_hash, "role": role, "desks": desks}
        self._add(users, at, values)

    def user(self, name: str) -> User | None:
        """The user of that name, unless disabled."""
        if "\x00" in name:  # which PostgreSQL cannot even be asked for
            return None
        return self._user((users.c.name == name) & users.c.disabled_at.is_(None))

    def users(self) -> list[User]:
        """All users, by name."""
        with reading(self._engine) as connection:
            return [_as_user(row) for row in connection.execute(select(*_USER).order_by(users.c.name))]

    def change_user(self, name: str, **values: Any) -> bool:
        """Set columns of a user and end their sessions; answers whether there is one."""
        with writing(self._engine) as connection:
            ids = select(users.c.id).where(users.c.name == name)
            connection.execute(delete(sessions).where(sessions.c.user_id.in_(ids)))
            return connection.execute(update(users).where(users.c.name == name).values(values)).rowcount == 1

    def failures(self, since: datetime, name_hash: str) -> int:
        """How many sign-ins with this name failed in a row, the last of them since then."""
        recent = (sign_in_failures.c.name_hash == name_hash) & (sign_in_failures.c.last_at > since)
        with reading(self._engine) as connection:
            return connection.execute(select(sign_in_failures.c.count).where(recent)).scalar() or 0

    def count_failure(self, at: datetime, name_hash: str, forget: timedelta) -> None:
        """Count a failed sign-in, and forget the failures of names not tried for a while."""
        same = sign_in_failures.c.name_hash == name_hash
        more = {"count": sign_in_failures.c.count + 1, "last_at": at}
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.last_at <= at - forget))
            if connection.execute(update(sign_in_failures).where(same).values(more)).rowcount == 1:
                return
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(sign_in_failures), {"name_hash": name_hash, "count": 1, "last_at": at})
        except IntegrityError:  # the first failures came together
            with writing(self._engine) as connection:
                connection.execute(update(sign_in_failures).where(same).values(more))

    def forget_failures(self, name_hash: str) -> None:
        """Let a name that was locked out try again."""
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.name_hash == name_hash))

    def open_session(self, at: datetime, user_id: str, name_hash: str, token_hash: str, lasts: timedelta) -> None:
        """Start a session, forget the name's failures and sessions that are over."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at < at))
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.name_hash == name_hash))
            values = {"token_hash": token_hash, "user_id": user_id, "expires_at": at + lasts}
            connection.execute(insert(sessions).values(values))

    def user_of_session(self, at: datetime, token_hash: str) -> User | None:
        """Whose session this is, while it lasts."""
        live = select(sessions.c.user_id).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > at)
        return self._user(users.c.id.in_(live) & users.c.disabled_at.is_(None))

    def close_session(self, token_hash: str) -> None:
        """End a session."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def _add(self, table: Any, at: datetime, values: dict[str, Any]) -> None:
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(table).values(id=new_id(at), created_at=at, **values))
        except IntegrityError as error:
            raise Conflict(f"there is one named {values['name']!r} already") from error

    def _user(self, condition: Any) -> User | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(*_USER).where(condition)).one_or_none()
        return _as_user(row) if row else None


def _credential(row: Any) -> Credential:
    return Credential(row.id, row.name, tuple(row.scopes), tuple(row.desks), row.created_at, row.revoked_at)


def _as_user(row: Any) -> User:
    return User(**(row._asdict() | {"desks": tuple(row.desks)}))
