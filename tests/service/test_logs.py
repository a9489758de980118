"""A log line is one JSON object that never holds an exception's text, which may hold the inquiry."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.logs import JsonFormatter

INQUIRY = "I am Anna, my password is hunter2"


@pytest.fixture
def logged():
    """Give a logger of our format, and the lines that it wrote."""
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("loket.test")
    logger.addHandler(handler)
    return logger, lines


def fail_to_read(text):
    raise ValueError(f"cannot read: {text}")


def test_a_line_is_what_was_logged_and_the_facts_given_with_it(logged):
    logger, lines = logged

    logger.warning("no translation", extra={"provider": "google", "reason": "quota", "seconds": 1.5})

    line = json.loads(lines[0])
    at = datetime.fromisoformat(line.pop("at"))
    assert line == {
        "level": "warning",
        "logger": "loket.test",
        "message": "no translation",
        "provider": "google",
        "reason": "quota",
        "seconds": 1.5,
    }
    assert at.tzinfo == UTC


def test_arguments_are_put_into_the_message(logged):
    logger, lines = logged

    logger.info("%s of %d", "3", 7)

    assert json.loads(lines[0])["message"] == "3 of 7"


@pytest.mark.parametrize("text", ["one\ntwo\r\nthree", 'quotes " and \\', "é 订单 😀 \u2028", "\x00\x1b[31m"])
def test_whatever_is_logged_is_one_line(logged, text):
    logger, lines = logged

    logger.error(text, extra={"fact": text})

    assert "\n" not in lines[0]
    assert (json.loads(lines[0])["message"], json.loads(lines[0])["fact"]) == (text, text)


def test_facts_that_json_does_not_know_are_told_as_text(logged):
    logger, lines = logged

    logger.info("started", extra={"folder": Path("data")})

    assert json.loads(lines[0])["folder"] == "data"


def test_an_exceptions_text_is_not_told_but_its_kind_and_places_are(logged):
    logger, lines = logged
    try:
        fail_to_read(INQUIRY)
    except ValueError:
        logger.exception("inquiry failed")

    line = json.loads(lines[0])
    assert "hunter2" not in lines[0]
    assert (line["message"], line["error"]) == ("inquiry failed", "ValueError")
    assert [place.rpartition(" ")[2] for place in line["trace"]] == [
        "test_an_exceptions_text_is_not_told_but_its_kind_and_places_are",
        "fail_to_read",
    ]
    assert all(f"{__file__}:" in place for place in line["trace"])


def test_the_texts_of_its_causes_are_not_told_either(logged):
    logger, lines = logged
    try:
        try:
            fail_to_read(INQUIRY)
        except ValueError as error:
            raise RuntimeError(INQUIRY) from error
    except RuntimeError:
        logger.exception("inquiry failed")

    assert "hunter2" not in lines[0]
    assert json.loads(lines[0])["error"] == "RuntimeError"


def test_another_formatters_trace_is_not_told(logged):
    logger, lines = logged
    other = logging.Formatter()
    logger.handlers[0].addFilter(lambda record: bool(other.format(record)))  # leaves the text in record.exc_text
    try:
        fail_to_read(INQUIRY)
    except ValueError:
        logger.exception("inquiry failed")

    assert "hunter2" not in lines[0]


def test_an_exception_given_as_a_fact_is_told_by_its_kind(logged):
    logger, lines = logged

    logger.error("inquiry failed", extra={"cause": ValueError(INQUIRY)})

    assert "hunter2" not in lines[0]


def test_a_process_logs_on_standard_error_from_the_level_on():
    program = """
import logging
from service import logs
logs.set_up()
logging.getLogger("loket").debug("not told")
logging.getLogger("urllib3").info("not told")
logging.getLogger("loket").info("told")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert (done.stdout, [json.loads(line)["message"] for line in done.stderr.splitlines()]) == ("", ["told"])
