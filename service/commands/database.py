"""`loket db`: the database's tables."""

import click

from model.configuration import Configuration
from service.commands.options import command_of
from service.settings import check
from service.storage.engine import make_engine
from service.storage.migrate import upgrade as run_migrations


@click.group("db")
def db() -> None:
    """Look after the database.

    Example: loket db upgrade
    """


@db.command("upgrade")
@command_of
def upgrade(configuration: Configuration) -> None:
    """Bring the tables to this release; does nothing where they are. `loket serve` does it by itself.

    Example: loket db upgrade
    """
    revision = run_migrations(make_engine(check(configuration).database_url))
    click.echo(f"The database is at revision {revision}.")
