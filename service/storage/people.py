"""API keys and users, and what the journal says of their changes; secrets are stored as hashes only."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import Conflict
from service.storage.admin_events import Entry, record_admin
from service.storage.desk_tables import admin_events
from service.storage.engine import reading, writing
from service.storage.identifiers import new_id
from service.storage.records import Credential, User
from service.storage.sessions import Sessions
from service.storage.tables import api_keys, sessions, sign_in_failures, users

_KEY = tuple(api_keys.c[name] for name in Credential.__slots__)
_USER = tuple(users.c[name] for name in User.__slots__)


class People:
    """Who may do what. An ``entry`` is what the journal says of a change, written in its transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.sessions = Sessions(engine)

    def add_key(
        self,
        at: datetime,
        name: str,
        secret_hash: str,
        scopes: list[str],
        desks: list[str],
        entry: Entry | None = None,
    ) -> None:
        """Store a key.

        Raises:
            Conflict: There is one of that name.
        """
        values = {"name": name, "secret_hash": secret_hash, "scopes": scopes, "desks": desks}
        self._add(api_keys, at, values, entry)

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

    def revoke_key(self, at: datetime, name: str, entry: Entry | None = None) -> bool:
        """Take a key's rights; answers whether there was one to take."""
        live = (api_keys.c.name == name) & api_keys.c.revoked_at.is_(None)
        with writing(self._engine) as connection:
            if connection.execute(update(api_keys).where(live).values(revoked_at=at)).rowcount != 1:
                return False
            record_admin(connection, entry)
            return True

    def add_user(
        self,
        at: datetime,
        name: str,
        password_hash: str,
        role: str,
        desks: list[str],
        entry: Entry | None = None,
        identity: tuple[str, str] | None = None,
    ) -> None:
        """Store a user; one of an identity provider has an issuer and a subject there, and no password.

        Raises:
            Conflict: There is one of that name, or of that identity.
        """
        issuer, subject = identity or (None, None)
        values = {"name": name, "password_hash": password_hash, "role": role, "desks": desks}
        self._add(users, at, values | {"issuer": issuer, "subject": subject}, entry)

    def user(self, name: str) -> User | None:
        """The user of that name, unless disabled."""
        if "\x00" in name:  # which PostgreSQL cannot even be asked for
            return None
        return self._user((users.c.name == name) & users.c.disabled_at.is_(None))

    def user_of_subject(self, issuer: str, subject: str) -> User | None:
        """The user with this identity, disabled or not."""
        return self._user((users.c.issuer == issuer) & (users.c.subject == subject))

    def users(self) -> list[User]:
        """All users, by name."""
        with reading(self._engine) as connection:
            return [_as_user(row) for row in connection.execute(select(*_USER).order_by(users.c.name))]

    def change_user(self, name: str, entry: Entry | None = None, **values: Any) -> bool:
        """Set columns of a user and end their sessions; answers whether there is one."""
        with writing(self._engine) as connection:
            ids = select(users.c.id).where(users.c.name == name)
            connection.execute(delete(sessions).where(sessions.c.user_id.in_(ids)))
            if connection.execute(update(users).where(users.c.name == name).values(values)).rowcount != 1:
                return False
            record_admin(connection, entry)
            return True

    def rehash(self, user_id: str, old: str, new: str) -> None:
        """Keep the same password under another hash, unless it was changed meanwhile."""
        same = (users.c.id == user_id) & (users.c.password_hash == old)
        with writing(self._engine) as connection:
            connection.execute(update(users).where(same).values(password_hash=new))

    def failures(self, since: datetime, name_hash: str) -> int:
        """How many sign-ins with this name, or from this address, failed in a row, the last of them since then."""
        recent = (sign_in_failures.c.name_hash == name_hash) & (sign_in_failures.c.last_at > since)
        with reading(self._engine) as connection:
            return connection.execute(select(sign_in_failures.c.count).where(recent)).scalar() or 0

    def count_failure(self, at: datetime, name_hash: str, forget: timedelta, entry: Entry | None = None) -> None:
        """Count a failed sign-in, and forget the failures of names not tried for a while."""
        same = sign_in_failures.c.name_hash == name_hash
        more = {"count": sign_in_failures.c.count + 1, "last_at": at}
        with writing(self._engine) as connection:
            record_admin(connection, entry)
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

    def signed_in_from(self, actor: str, origin: str | None, since: datetime) -> bool:
        """Whether somebody signed in from an address since a moment."""
        same = (admin_events.c.actor == actor) & (admin_events.c.kind == "signed_in")
        there = select(admin_events.c.id).where(same, admin_events.c.origin == origin, admin_events.c.at > since)
        with reading(self._engine) as connection:
            return connection.execute(there.limit(1)).first() is not None

    def note(self, entry: Entry) -> None:
        """Write in the journal what changes nobody."""
        with writing(self._engine) as connection:
            record_admin(connection, entry)

    def _add(self, table: Any, at: datetime, values: dict[str, Any], entry: Entry | None) -> None:
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(table).values(id=new_id(at), created_at=at, **values))
                record_admin(connection, entry)
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
