"""Sessions: tokens, stored as hashes, that are replaced while they are used."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from service.storage.admin_events import Entry, record_admin
from service.storage.engine import reading, writing
from service.storage.records import Session, User
from service.storage.tables import sessions, sign_in_failures, users

_USER = tuple(users.c[name].label(f"user_{name}") for name in User.__slots__)
_OWN = tuple(sessions.c[name] for name in Session.__slots__ if name != "user")


class Sessions:
    """The sessions table. All tokens of one sign-in are a family, and end together."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(
        self,
        at: datetime,
        user_id: str,
        hashes: tuple[str, str],
        expires_at: datetime,
        forgive: str | None = None,
        entry: Entry | None = None,
    ) -> None:
        """Start a session, and forget those that are over.

        Args:
            at: Now.
            user_id: Whose.
            hashes: Of its token and of its family.
            expires_at: When it ends, however much it is used.
            forgive: Failed sign-ins to forget, by the hash of the name.
            entry: What the journal says.
        """
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at < at))
            if forgive is not None:
                connection.execute(delete(sign_in_failures).where(sign_in_failures.c.name_hash == forgive))
            connection.execute(insert(sessions), _row(at, user_id, hashes, expires_at))
            record_admin(connection, entry)

    def find(self, at: datetime, token_hash: str) -> Session | None:
        """The session of a token that is not over, of a user who is not disabled; a replaced token's as well."""
        live = (sessions.c.token_hash == token_hash) & (sessions.c.expires_at > at) & users.c.disabled_at.is_(None)
        query = select(*_OWN, *_USER).join_from(sessions, users).where(live)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _session(row) if row else None

    def replace(self, at: datetime, old: str, new: str) -> bool:
        """Give a session another token; answers whether this was the first to do so.

        Args:
            at: Now.
            old: The hash of its token.
            new: The hash of the next.
        """
        first = (sessions.c.token_hash == old) & sessions.c.replaced_at.is_(None)
        with writing(self._engine) as connection:
            row = connection.execute(select(sessions).where(first).with_for_update()).one_or_none()
            if row is None:
                return False
            connection.execute(update(sessions).where(first).values(replaced_at=at))
            values = _row(at, row.user_id, (new, row.family), row.expires_at)
            connection.execute(insert(sessions), values)
            return True

    def touch(self, at: datetime, token_hash: str) -> None:
        """Note that it is in use."""
        with writing(self._engine) as connection:
            connection.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(used_at=at))

    def end(self, family: str, entry: Entry | None = None) -> None:
        """End a session with all its tokens."""
        with writing(self._engine) as connection:
            if connection.execute(delete(sessions).where(sessions.c.family == family)).rowcount:
                record_admin(connection, entry)

    def end_all(self, user_id: str, but: str | None = None, entry: Entry | None = None) -> None:
        """End all sessions of a user, but perhaps one family."""
        ended = sessions.c.user_id == user_id
        if but is not None:
            ended &= sessions.c.family != but
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(ended))
            record_admin(connection, entry)


def _row(at: datetime, user_id: str, hashes: tuple[str, str], expires_at: datetime) -> dict[str, Any]:
    return {
        "token_hash": hashes[0], "family": hashes[1], "user_id": user_id,
        "made_at": at, "used_at": at, "expires_at": expires_at,
    }  # fmt: skip


def _session(row: Row[Any]) -> Session:
    found = row._asdict()
    values = {name: found[f"user_{name}"] for name in User.__slots__}
    user = User(**(values | {"desks": tuple(values["desks"])}))
    return Session(user, **{name: found[name] for name in Session.__slots__ if name != "user"})
