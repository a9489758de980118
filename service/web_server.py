"""One gunicorn server on a socket that is already bound: `python -m service.web_server`, a child of serve."""

import os
import sys
import threading
import time
from typing import Any

from gunicorn.app.base import BaseApplication

from model import configuration
from service import logs
from service.app import create_app
from service.assembly import assemble

_PARENT_CHECK_SECONDS = 1.0


class WebServer(BaseApplication):
    """gunicorn with our settings instead of its command line."""

    def __init__(self, config_file: str | None, descriptor: int, workers: int, threads: int) -> None:
        self._config_file = config_file
        self._options: dict[str, Any] = {
            "bind": f"fd://{descriptor}",
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "graceful_timeout": 20,
            "keepalive": 5,
            "limit_request_line": 4094,
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108, PTH112 - gunicorn's advice: heartbeats off the disk
            "loglevel": "warning",
            "proc_name": "loket",
            "when_ready": _end_with_parent,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn knows; its versions differ in what that is."""
        for name, value in self._options.items():
            if name in self.cfg.settings and value is not None:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application: called in each worker, after the fork."""
        logs.set_up()
        loket = assemble(configuration.read(os.environ, self._config_file))
        loket.pipeline.watch()
        return create_app(loket, threads=self.cfg.threads)


def _end_with_parent(server: Any) -> None:
    """Stop when serve is gone, even if it was killed and could not say so."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_SECONDS)
        os.kill(os.getpid(), 15)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Arguments: descriptor, workers, threads, and perhaps a configuration file."""
    descriptor, workers, threads, *rest = sys.argv[1:]
    WebServer(rest[0] if rest else None, int(descriptor), int(workers), int(threads)).run()


if __name__ == "__main__":
    main()
