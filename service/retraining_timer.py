"""Starts `loket retrain` when it is due, as a process of its own: its memory and its crash are not the worker's."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from service.errors import StorageUnavailable

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 60.0
_STOP_SECONDS = 10.0


class RetrainingTimer:
    """Looks once a minute, in a thread of its own.

    Args:
        is_due: Asked with the time.
        config_file: For the process.
        served_as: The fingerprint of the categories that are served; with others, nothing is promoted by itself.
    """

    def __init__(self, is_due: Callable[[datetime], bool], config_file: str | None, served_as: str) -> None:
        self._is_due = is_due
        self._served_as = served_as
        self._config_file = config_file
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="retraining", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a training under way is ended, and nothing of it remains."""
        with self._starting:
            self._stopping.set()
        if self._process and self._process.poll() is None:
            self._process.terminate()
        self._thread.join(_STOP_SECONDS)

    def look(self, at: datetime) -> None:
        """Train if it is due, and wait for the end of it."""
        try:
            if not self._is_due(at):
                return
        except StorageUnavailable:
            return
        with self._starting:
            if self._stopping.is_set():
                return
            self._process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL)
        status = self._process.wait()
        if status and not self._stopping.is_set():
            _log.error("retraining ended with an error", extra={"status": status})

    def _command(self) -> list[str]:
        config = ["--config", self._config_file] if self._config_file else []
        served = ["--served-as", self._served_as]
        return [sys.executable, "-P", "-m", "service.commands.retrain", "--if-due", *served, *config]

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.look(datetime.now(UTC))
            except Exception:  # noqa: BLE001 - whatever went wrong now, look again in a minute
                _log.exception("retraining cannot be started")
