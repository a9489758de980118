"""Keys that lie in the data folder, such as the one that signs what the registry holds."""

import os
import secrets
from pathlib import Path

from model.errors import ModelError


def read_or_make_key(path: Path, what: str = "the registry's key") -> bytes:
    """A key of 32 random bytes, made at first use, readable by its owner only.

    Args:
        path: Where it lies.
        what: How it is named when it is wrong.

    Raises:
        ModelError: The file cannot be read, or holds less than 32 bytes.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {what} cannot be read: {error.strerror}") from error
    if len(key) < 32:
        raise ModelError(f"{path}: {what} is shorter than 32 bytes")
    return key


def _make_key(path: Path) -> None:
    """Appears whole under its name, so that two first starts at once end with one key."""
    if path.exists():
        return
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
