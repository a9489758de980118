"""One background worker as a process: `python -m service.worker_process`, or `loket worker`."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from model import configuration
from service import logs
from service.assembly import Loket, assemble
from service.delivery.dispatcher import Dispatcher
from service.delivery.targets import make_pages, make_targets
from service.delivery.thread import DeliveryThread
from service.journeys.push import feed_threads
from service.learning.schedule import is_due
from service.retraining_timer import RetrainingTimer
from service.worker import Worker

_PARENT_CHECK_SECONDS = 1.0


def run(config_file: str | None, *, until_parent_ends: bool = False) -> None:
    """Work until interrupted, terminated, or where asked for until the parent process is gone."""
    logs.set_up()
    loket = assemble(configuration.read(os.environ, config_file))
    deliveries, feed = delivery_thread(loket), feed_threads(loket.settings, loket.store)
    worker, timer = Worker(loket, deliveries.wake), _timer(loket, config_file)

    def stop() -> None:
        worker.stop()
        deliveries.stop()
        feed.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _signal, _frame: stop())
    if until_parent_ends:
        threading.Thread(target=_watch_parent, args=(stop, os.getppid()), daemon=True).start()
    timer.start()
    deliveries.start()
    feed.start()
    worker.run()
    deliveries.join()
    feed.join()
    timer.stop()


def delivery_thread(loket: Loket) -> DeliveryThread:
    """What delivers to the configured targets; it keeps a delivery twice as long as an inquiry is kept."""
    targets, own = make_targets(loket.settings), loket.settings.worker
    pages, lease = make_pages(loket.settings), timedelta(seconds=2 * own.lease_seconds)
    dispatcher = Dispatcher(loket.store, targets, pages, lambda: datetime.now(UTC), lease=lease)
    return DeliveryThread(dispatcher, sum(one.concurrency for one in targets.values()), own.poll_seconds)


def _timer(loket: Loket, config_file: str | None) -> RetrainingTimer:
    due = partial(is_due, loket.store, loket.settings.learning)
    return RetrainingTimer(due, config_file, loket.settings.categories_fingerprint())


def _watch_parent(stop: Callable[[], None], parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    stop()


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else None, until_parent_ends=True)
