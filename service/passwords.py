"""Passwords as argon2id hashes, with the parameters that argon2-cffi recommends (RFC 9106, low memory)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import InvalidInput

_MIN_CHARS = 12  # length over rules, as NIST SP 800-63B has it
NO_PASSWORD = ""  # in place of a hash, for who signs in elsewhere: no password fits it


def hash_password(password: str) -> str:
    """The hash to store.

    Raises:
        InvalidInput: It is too short.
    """
    if len(password) < _MIN_CHARS:
        raise InvalidInput(f"a password has at least {_MIN_CHARS} characters", field="password")
    return PasswordHasher().hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password fits; takes as long where there is none to fit."""
    hasher = PasswordHasher()
    if not password_hash:
        hasher.hash(password)  # as long as a check takes, so that time does not tell which names exist
        return False
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def hashed_anew(password_hash: str, password: str) -> str | None:
    """The right password's hash with today's parameters; None when it has them already."""
    hasher = PasswordHasher()
    return hasher.hash(password) if hasher.check_needs_rehash(password_hash) else None
