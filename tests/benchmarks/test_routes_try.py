"""How long `loket routes try` takes over a quarter's 13,000 stored inquiries."""

import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from service.storage.identifiers import new_id
from service.storage.tables import inquiries
from service.submission import Submission

pytestmark = pytest.mark.benchmark
QUARTER = 13_000
CATEGORIES = ("sales_quote", "order_status", "complaint", "technical_support")
TEXT = "Where is my order? " * 20
RULES = """
[calendars.default]
zone = "Europe/Amsterdam"
hours = { mon = ["09:00-17:30"], tue = ["09:00-17:30"], wed = ["09:00-17:30"], thu = ["09:00-17:30"] }
holidays = "NL"
[customers.business]
other_domains = true
[[routes]]
name = "business quotes"
category = "sales_quote"
customer = "business"
fields = { value = ">= 500" }
priority = "high"
due = "4h"
[[routes]]
name = "nights"
hours = { calendar = "default", open = false }
desk = "support"
due = "2h"
"""


def row(number):
    """A decided inquiry of a usual size."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=10 * number)
    category = CATEGORIES[number % len(CATEGORIES)]
    said = Submission(text=TEXT, email="ann@example.com", fields={"value": number % 1000})
    intent = {"category": category, "confidence": 0.9, "automatic": True, "text": TEXT}
    decision = intent | {
        "language": {"code": "nl"}, "desk": "orders", "model": "m", "intents": [intent],
        "translation": {"status": "translated", "text": TEXT},
    }  # fmt: skip
    return said.values() | {
        "id": new_id(at), "receipt": f"LK-{number:06}", "received_at": at, "status": "decided", "attempts": 1,
        "decision": decision, "decided_at": at,
    }  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_quarter_of_inquiries(store, database_url, tmp_path):
    with store.engine.begin() as connection:
        connection.execute(insert(inquiries), [row(number) for number in range(QUARTER)])
    file = tmp_path / "new.toml"
    file.write_text(RULES, "utf-8")
    program = Path(sys.executable).with_name("loket")
    variables = {**os.environ, "LOKET_DATA_DIR": str(tmp_path), "LOKET_DATABASE__URL": database_url}

    started = time.perf_counter()
    done = subprocess.run(
        [program, "routes", "try", str(file)], env=variables, capture_output=True, encoding="utf-8", check=True
    )

    taken, busy = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    print(f"\n{QUARTER} inquiries: {taken:.1f} s, of which {busy:.1f} s on a processor\n{done.stdout}")
