"""Where the registry's files lie: a folder of this machine, or a bucket that several machines share.

Files are named by their path inside the place, with slashes. What fails raises OSError where the machine said
no, and ModelError, in one line, where a remote place did.
"""

import fcntl
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from model.errors import ModelError

_ASK_AGAIN_SECONDS = 1.0  # so that no inquiry costs a request, and a promotion is seen soon
# What changes in the answers of object stores when a file is replaced; each store has some of them.
_SIGNS = ("ETag", "etag", "checksum", "generation", "VersionId", "mtime", "LastModified", "created", "size")


class Place(Protocol):
    """Holds files, each of them whole."""

    def read(self, name: str) -> bytes:
        """The content of a file; FileNotFoundError when there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write or replace a file, whole or not at all."""

    def write_all(self, folder: str, contents: Mapping[str, bytes]) -> None:
        """Write the files of a new folder; the last one is there only when all are.

        Raises:
            FileExistsError, OSError: It is there already.
        """

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, by name; nothing when there is no such folder."""

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""

    def state(self, name: str) -> object:
        """Something that changes when the file is replaced, None when there is none; cheap to ask for."""

    def lock(self) -> AbstractContextManager[None]:
        """Keep others from changing what is read and written within, as far as the place can."""


class Folder:
    """A folder of this machine. What is written is on the disk before it gets its name."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def read(self, name: str) -> bytes:
        """See `Place`."""
        return (self._path / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """See `Place`."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            _write(unfinished, content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def write_all(self, folder: str, contents: Mapping[str, bytes]) -> None:
        """See `Place`; the folder itself appears with all that is in it."""
        path = self._path / folder
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=path.parent))
        try:
            for name, content in contents.items():
                _write(unfinished / name, content)
            unfinished.rename(path)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def names(self, folder: str) -> list[str]:
        """See `Place`; what is not finished is left out."""
        path = self._path / folder
        return sorted(one.name for one in path.iterdir() if one.name[0] != ".") if path.is_dir() else []

    def exists(self, name: str) -> bool:
        """See `Place`."""
        return (self._path / name).is_file()

    def state(self, name: str) -> object:
        """See `Place`."""
        try:
            status = (self._path / name).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    @contextmanager
    def lock(self) -> Iterator[None]:
        """See `Place`; holds for all processes of this machine."""
        self._path.mkdir(parents=True, exist_ok=True)
        with (self._path / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Remote:
    """A bucket or the like, behind fsspec: whatever has a driver there, and puts one object whole or not at all.

    Address and credentials of the store come from where its driver looks for them (for S3: the variables and
    files of AWS). There is no lock: of two promotions in the same moment the later one stands.

    Args:
        url: Such as ``s3://bucket/loket``.
        clock: Seconds.

    Raises:
        ModelError: fsspec or the driver is not installed, or does not take the address.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = re.sub(r"//[^/]*@", "//", url)  # as it may be shown
        self._files, self._prefix = _open(url, self._url)
        self._clock = clock
        self._states: dict[str, tuple[float, object]] = {}

    def __str__(self) -> str:
        return self._url

    def read(self, name: str) -> bytes:
        """See `Place`."""
        return bytes(self._ask("cat_file", name))

    def write(self, name: str, content: bytes) -> None:
        """See `Place`."""
        self._ask("pipe_file", name, content)
        self._states.pop(name, None)

    def write_all(self, folder: str, contents: Mapping[str, bytes]) -> None:
        """See `Place`; killed on the way, it leaves files that nothing refers to."""
        if self.exists(f"{folder}/{list(contents)[-1]}"):
            raise FileExistsError(0, "it is there already")
        for name, content in contents.items():
            self.write(f"{folder}/{name}", content)

    def names(self, folder: str) -> list[str]:
        """See `Place`."""
        try:
            paths = self._ask("ls", folder, detail=False)
        except FileNotFoundError:
            return []
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in paths)

    def exists(self, name: str) -> bool:
        """See `Place`."""
        return self._sign(name) is not None

    def state(self, name: str) -> object:
        """See `Place`; what is answered may be a second old."""
        asked_at, state = self._states.get(name, (float("-inf"), None))
        if self._clock() - asked_at >= _ASK_AGAIN_SECONDS:
            state = self._sign(name)
            self._states[name] = self._clock(), state
        return state

    def lock(self) -> AbstractContextManager[None]:
        """See `Place`; there is none here."""
        return nullcontext()

    def _sign(self, name: str) -> object:
        try:
            facts = self._ask("info", name)
        except FileNotFoundError:
            return None
        return tuple(str(facts.get(sign)) for sign in _SIGNS)

    def _ask(self, what: str, name: str, *arguments: object, **options: object) -> Any:
        try:
            return getattr(self._files, what)(f"{self._prefix}/{name}", *arguments, **options)
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ModelError(f"{self._url}: {name}: {_one_line(error)}") from error


def place_at(address: str) -> Place:
    """The place at an address: a path or ``file://`` address is a folder, all else goes through fsspec.

    Raises:
        ModelError: See `Remote`.
    """
    if "://" in address and not address.startswith("file://"):
        return Remote(address)
    return Folder(Path(address.removeprefix("file://")))


def _open(url: str, shown: str) -> tuple[Any, str]:
    """The driver, with no memory of listings: another process may have written since."""
    try:
        from fsspec.core import url_to_fs

        files, prefix = url_to_fs(url, skip_instance_cache=True, use_listings_cache=False)
    except ImportError as error:
        raise ModelError(f"{shown}: a package is missing: {_one_line(error)}") from error
    except Exception as error:
        raise ModelError(f"{shown}: {_one_line(error)}") from error
    return files, prefix.rstrip("/")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
