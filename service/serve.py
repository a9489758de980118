"""Starts and keeps alive what one machine needs: web server and worker, until told to stop."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from model.configuration import Configuration, default_company
from model.errors import ModelError
from service import settings as service_settings
from service.errors import CannotStart, StorageUnavailable
from service.storage.engine import make_engine
from service.storage.migrate import upgrade

_log = logging.getLogger(__name__)
_STOP_SECONDS = 30.0  # gunicorn's graceful 20 and some
_RESTART_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 0.2


@dataclass
class _Child:
    """A process that is started again when it dies."""

    command: list[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = field(default=0.0)

    def keep_alive(self) -> None:
        if self.process and self.process.poll() is None:
            return
        if self.process:
            _log.error("child died", extra={"command": self.command[3:4], "status": self.process.returncode})
        if time.monotonic() - self.started_at >= _RESTART_PAUSE_SECONDS:
            self._start()

    def _start(self) -> None:
        self.started_at = time.monotonic()
        # A session of its own, so that Ctrl-C reaches serve alone, and serve stops its children in order.
        self.process = subprocess.Popen(self.command, pass_fds=self.descriptors, start_new_session=True)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if not self.process:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else starts; connections wait here while a web server restarts.

    Raises:
        CannotStart: It is in use, or may not be taken.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number and number > 0 else str(error)
        raise CannotStart(f"cannot listen on {host}:{port}: {reason}") from error


def prepare(configuration: Configuration, train: Callable[[], None]) -> None:
    """Check the settings, the data folder, the database; train the default model if there is none.

    A company with categories of its own has no default model: it serves, all goes to triage, and the log says so.

    Raises:
        ConfigurationInvalid, CannotStart, ModelError: In one line what is wrong.
    """
    settings = service_settings.check(configuration)
    _check_writable(configuration)
    try:
        upgrade(make_engine(settings.database_url))
    except StorageUnavailable as error:
        raise CannotStart(f"the database cannot be used: {error.__cause__}") from error
    registry = configuration.registry()
    if registry.champion() is None and set(default_company()["categories"]) <= set(settings.categories):
        train()
    try:
        registry.load_champion()
    except ModelError as error:
        advice = "loket train --data YOUR.jsonl --promote makes one"
        _log.error(f"no model, all inquiries go to triage; {advice}", extra={"error": str(error)})


def run(listener: socket.socket, config_file: str | None, *, workers: int, threads: int, worker: bool) -> None:
    """Keep web server and worker alive until interrupted or terminated."""
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    children = _children(listener, config_file, workers, threads, worker)
    while not stopping:
        for child in children:
            child.keep_alive()
        time.sleep(_LOOK_SECONDS)
    _stop(children)


def _children(
    listener: socket.socket, config_file: str | None, workers: int, threads: int, worker: bool
) -> list[_Child]:
    config = [config_file] if config_file else []
    descriptor = listener.fileno()
    sizes = [str(descriptor), str(workers), str(threads)]
    children = [_Child([sys.executable, "-P", "-m", "service.web_server", *sizes, *config], (descriptor,))]
    if worker:
        children.append(_Child([sys.executable, "-P", "-m", "service.worker_process", *config]))
    return children


def _stop(children: list[_Child]) -> None:
    for child in children:
        child.stop()
    until = time.monotonic() + _STOP_SECONDS
    for child in children:
        child.wait(until)


def _check_writable(configuration: Configuration) -> None:
    folder = configuration.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(f"the data folder {folder} cannot be written: {error.strerror}") from error
