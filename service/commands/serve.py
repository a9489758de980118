"""`loket serve` and `loket worker`."""

import subprocess
import sys

import click

from model.configuration import Configuration
from service import logs
from service import serve as service
from service.commands.options import command_of
from service.errors import CannotStart
from service.settings import check
from service.storage.engine import make_engine
from service.storage.migrate import upgrade
from service.worker_process import run


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Threads of each.")
@click.option("--no-worker", is_flag=True, help="Do not start the background worker.")
@command_of
def serve(host: str, port: int, workers: int, threads: int, no_worker: bool, configuration: Configuration) -> None:
    """Migrate, train the default model if there is none, and serve until interrupted.

    Example: loket serve --port 8080
    """
    logs.set_up()
    check(configuration)
    listener = service.bind(host, port)
    file = str(configuration.file) if configuration.file else None
    service.prepare(configuration, lambda: _train_default(file))
    _tell_where(f"http://{host if ':' not in host else f'[{host}]'}:{port}")
    service.run(listener, file, workers=workers, threads=threads, worker=not no_worker)
    click.echo("Stopped.")


@click.command("worker")
@command_of
def worker(configuration: Configuration) -> None:
    """Run one background worker, on this machine or a further one, until interrupted.

    Example: loket worker
    """
    logs.set_up()
    upgrade(make_engine(check(configuration).database_url))
    run(str(configuration.file) if configuration.file else None)


def _train_default(config_file: str | None) -> None:
    """In a child process: its memory is given back, and a crash is its own."""
    config = ["--config", config_file] if config_file else []
    command = [sys.executable, "-P", "-m", "training.train", "--name", "default", "--promote", *config]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        raise CannotStart("the default model could not be trained")


def _tell_where(address: str) -> None:
    click.echo(
        f"\n  Contact form  {address}/form\n"
        f"  Inbox         {address}/desks   (loket users create NAME --role admin)\n"
        f"  API           {address}/docs\n\n"
        "  Ctrl-C stops Loket.\n"
    )
