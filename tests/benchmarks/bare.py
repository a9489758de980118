"""The least that could store an inquiry: a Flask route that inserts one row and commits as durably as Loket."""

import sqlite3
import sys
import threading
import uuid
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication

OPTIONS = {"workers": 2, "threads": 8, "worker_class": "gthread", "loglevel": "warning", "keepalive": 5}


def bare_app(path: str) -> Flask:
    """One route, one table, one connection a thread."""
    app, connections = Flask(__name__), threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(connections, "one"):
            connections.one = sqlite3.connect(path, isolation_level=None, timeout=5)
            connections.one.execute("PRAGMA journal_mode=WAL")
            connections.one.execute("PRAGMA synchronous=FULL")
        return connections.one

    @app.post("/insert")
    def insert() -> tuple[dict[str, Any], int]:
        row = (str(uuid.uuid4()), request.get_json()["text"])
        connection().execute("BEGIN IMMEDIATE")
        connection().execute("INSERT INTO inquiries VALUES (?, ?)", row)
        connection().execute("COMMIT")
        return {"id": row[0]}, 202

    @app.get("/readyz")
    def ready() -> dict[str, Any]:
        return {}

    return app


class Server(BaseApplication):
    """gunicorn as Loket runs it."""

    def load_config(self) -> None:
        for name, value in (OPTIONS | {"bind": f"127.0.0.1:{sys.argv[1]}"}).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return bare_app(sys.argv[2])


if __name__ == "__main__":
    made = sqlite3.connect(sys.argv[2])
    made.execute("CREATE TABLE IF NOT EXISTS inquiries (id TEXT PRIMARY KEY, text TEXT)")
    made.close()
    Server().run()
