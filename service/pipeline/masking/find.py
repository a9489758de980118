"""What the searches for personal data answer."""

from typing import NamedTuple


class Find(NamedTuple):
    """Personal data from ``start`` to ``stop`` of a text."""

    start: int
    stop: int
    kind: str
