"""Bring the database to this release's tables, one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from service.errors import CannotStart
from service.storage.engine import reading, writing

_MIGRATIONS = Path(__file__).parent / "migrations"
_POSTGRES_LOCK = 0x4C4F4B4554  # "LOKET": any number will do, if nobody else uses it


def upgrade(engine: Engine) -> str:
    """Run the missing migrations; answers the revision that the database has now."""
    with _one_at_a_time(engine), writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRES_LOCK})
        try:
            command.upgrade(_config(connection), "head")
        except CommandError as error:
            raise CannotStart(f"the database cannot be migrated: {error}") from error
        return str(MigrationContext.configure(connection).get_current_revision())


def is_current(engine: Engine) -> bool:
    """Whether the database has the tables of this release."""
    with reading(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """A file lock for SQLite, whose migrations otherwise meet; PostgreSQL locks inside the transaction."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    with _lock_file(Path(f"{engine.url.database}.lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lock_file(path: Path) -> TextIO:
    try:
        return path.open("w")
    except OSError as error:
        raise CannotStart(f"{path} cannot be written: {error.strerror}") from error
