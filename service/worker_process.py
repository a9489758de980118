"""One background worker as a process: `python -m service.worker_process`, or `loket worker`."""

import os
import signal
import sys
import threading
import time
from functools import partial

from model import configuration
from service import logs
from service.assembly import Loket, assemble
from service.learning.schedule import is_due
from service.retraining_timer import RetrainingTimer
from service.worker import Worker

_PARENT_CHECK_SECONDS = 1.0


def run(config_file: str | None, *, until_parent_ends: bool = False) -> None:
    """Work until interrupted, terminated, or where asked for until the parent process is gone."""
    logs.set_up()
    loket = assemble(configuration.read(os.environ, config_file))
    worker, timer = (
        Worker(loket),
        _timer(loket, config_file),
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: worker.stop())
    if until_parent_ends:
        threading.Thread(target=_watch_parent, args=(worker, os.getppid()), daemon=True).start()
    timer.start()
    worker.run()
    timer.stop()


def _timer(loket: Loket, config_file: str | None) -> RetrainingTimer:
    due = partial(is_due, loket.store, loket.settings.learning)
    return RetrainingTimer(due, config_file, loket.settings.categories_fingerprint())


def _watch_parent(worker: Worker, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    worker.stop()


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else None, until_parent_ends=True)
