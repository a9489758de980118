"""Connections to SQLite or PostgreSQL, and the two ways to use one: read, or write in one transaction."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import CannotStart, StorageUnavailable

_BUSY_SECONDS = 5.0  # how long a writer waits for another before it says so
_POSTGRES = {"connect_timeout": 5, "options": f"-c lock_timeout={_BUSY_SECONDS:.0f}s"}
_CONNECTIONS = 16  # kept open: as many as a worker has threads by default
_AUTOCOMMIT = "AUTOCOMMIT"


def make_engine(url: str, *, busy_seconds: float = _BUSY_SECONDS) -> Engine:
    """An engine for one process; never to be carried over a fork.

    Raises:
        CannotStart: The address is not one of a supported database.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed, busy_seconds)
        return create_engine(
            _with_psycopg(parsed), pool_pre_ping=True, pool_size=_CONNECTIONS, connect_args=_POSTGRES
        )
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:
        raise CannotStart(f"database.url: {error}") from error


class _WriteQueue:
    """Lets the threads of a process write one after the other, each waiting no longer than for SQLite itself."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._seconds = seconds

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._seconds):
            raise StorageUnavailable

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees each statement's own moment and locks nothing."""
    with _wrapping_errors(), engine.connect() as connection:
        yield connection.execution_options(isolation_level=_AUTOCOMMIT)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed whole at the end, or not at all.

    Raises:
        StorageUnavailable: The database is locked, full, read-only or gone.
    """
    queue = engine.get_execution_options().get("write_queue", nullcontext())
    with _wrapping_errors(), queue, engine.begin() as connection:
        yield connection


def one_at_a_time(connection: Connection, what: str) -> None:
    """Wait until no other transaction is where this one is; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"loket {what}"})


@contextmanager
def _wrapping_errors() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise StorageUnavailable from error
    except DBAPIError as error:
        if _is_about_data(error):
            raise
        raise StorageUnavailable from error


def _is_about_data(error: DBAPIError) -> bool:
    """Broken constraints and wrong statements are ours to handle; the rest is the database's state.

    A table or column that is not there (SQLSTATE 42P01, 42703) is a database that was not migrated;
    a right that is missing (42501) is the database's to give.
    """
    if getattr(error.orig, "sqlstate", None) in {"42P01", "42703", "42501"}:
        return False
    return type(error).__name__ in {"IntegrityError", "ProgrammingError", "DataError"}


def _with_psycopg(url: Any) -> Any:
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def _sqlite_engine(url: Any, busy_seconds: float) -> Engine:
    if url.database:
        _make_folder(Path(url.database).parent)
    # Threads of a process queue for the one writer that SQLite allows: left to themselves they would sleep
    # and retry, for up to 100 ms at a time.
    queue = {"write_queue": _WriteQueue(busy_seconds)}
    engine = create_engine(
        url, connect_args={"timeout": busy_seconds}, pool_size=_CONNECTIONS, execution_options=queue
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotStart(f"the data folder {folder} cannot be written: {error.strerror}") from error


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: see _begin_immediate
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a deferred transaction that later wants it fails instead of waiting."""
    if connection.get_execution_options().get("isolation_level") != _AUTOCOMMIT:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
