"""Structured logs: one JSON object a line, on standard error, without personal data."""

import json
import logging
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """What was logged, and the facts given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line. A trace names places in the code, never the error's text, which may hold an inquiry."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "trace": _places(record)}
        return json.dumps(line, default=_told, ensure_ascii=False)


def _told(fact: object) -> str:
    return type(fact).__name__ if isinstance(fact, BaseException) else str(fact)


def _places(record: logging.LogRecord) -> list[str]:
    places, frame = [], record.exc_info[2] if record.exc_info else None
    while frame:
        code = frame.tb_frame.f_code
        places.append(f"{code.co_filename}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return places


def set_up(level: int = logging.INFO) -> None:
    """Send this process's logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("alembic", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
