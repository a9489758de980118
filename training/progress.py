"""How a terminal shows what takes a while."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from model.lexical import Progress


def silent(_done: int, _of: int) -> None:
    """Tell nobody."""


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A bar on standard error, whose length may change while it is told what is done."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield show
