"""The list of tickets with 50,000 of them over 9 desks: on the server, over the wire and in a browser.

Prints milliseconds, bytes, and what the browser measured. Every ticket is open: no list has more to leave out.
"""

import gzip
import json
import os
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from sqlalchemy import insert
from werkzeug.serving import make_server

from model import configuration
from service import access
from service.app import create_app
from service.assembly import assemble
from service.storage.desk_tables import search_texts
from service.storage.engine import writing
from service.storage.identifiers import new_id
from service.storage.migrate import upgrade
from service.storage.search import words_of
from service.storage.tables import inquiries, tickets
from training.dataset import read_file, seed_files

pytestmark = pytest.mark.benchmark
TICKETS = int(os.environ.get("INBOX_TICKETS", "50000"))
RUNS = int(os.environ.get("INBOX_RUNS", "40"))
DESKS = ("sales", "orders", "finance", "returns", "support", "care", "partners", "privacy", "triage")
NOW = datetime.now(UTC)
PATHS = {
    "a desk": "/desks/orders",
    "all desks": "/tickets",
    "a desk by urgency": "/desks/orders?order=urgent",
    "all desks by urgency": "/tickets?order=urgent",
    "unassigned, below 40 %": "/tickets?assigned=nobody&below=40",
    "a rare language": "/tickets?language=sv",
    "search, a common word": "/tickets?q=order",
    "search, two words": "/tickets?q=defective+replacement",
    "search, a receipt": "/tickets?q=LK-0000-4999",
    "search, a phrase on a desk": '/desks/returns?q="where+is+my"',
    "desks": "/desks",
}


def rows():
    """Inquiry, ticket and words, of the seed's texts with a number so that no two are the same."""
    texts = [one for file in seed_files() for one in read_file(file).inquiries]
    for number in range(TICKETS):
        text, at = texts[number % len(texts)], NOW - timedelta(minutes=TICKETS - number)
        inquiry_id, desk, english = new_id(at), DESKS[number % len(DESKS)], text.text_en or text.text
        decision = {
            "language": {"code": text.language, "confidence": 0.99, "source": "detector"},
            "translation": {"status": "translated", "text": english, "provider": "google"}, "desk": desk,
            "category": text.label, "confidence": 0.8, "automatic": True, "reason": f"category {text.label}",
            "explanation": [{"term": f"term {n}", "weight": 0.1} for n in range(10)], "model": "m",
            "alternatives": [{"category": "spam", "confidence": 0.1}] * 3, "similar": [],
        }  # fmt: skip
        sent = {
            "id": inquiry_id, "receipt": f"LK-{number // 10_000:04}-{number % 10_000:04}", "received_at": at,
            "status": "decided", "text": f"{text.text} {number}", "subject": text.text[:50] if number % 3 else None,
            "name": f"Customer {number}", "email": f"c{number}@example.org", "channel": "web", "fields": {},
            "body_hash": "", "attempts": 1, "decision": decision, "decided_at": at,
        }  # fmt: skip
        ticket = {
            "id": new_id(at), "inquiry_id": inquiry_id, "intent": 0, "desk": desk, "category": text.label,
            "confidence": 0.3 + 0.69 * (number * 7919 % 1000) / 1000, "automatic": True, "status": "open",
            "version": 1, "created_at": at, "changed_at": at, "language": text.language,
            "priority": ("normal", "normal", "normal", "high", "urgent", "low")[number % 6], "hops": 0,
            "due_at": at + timedelta(days=2) if number % 2 else None,
            "assigned_to": "user:anna" if number % 4 == 0 else None,
        }  # fmt: skip
        yield sent, ticket, {"inquiry_id": inquiry_id, "words": words_of(sent, english)}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inbox")
    found = configuration.read(
        {"LOKET_DATA_DIR": str(folder), "LOKET_TRANSLATION__PROVIDERS": "[]", "LOKET_CLASSIFIER__ENCODER": "none"}
    )
    loket = assemble(found)
    upgrade(loket.store.engine)
    every = list(rows())
    with writing(loket.store.engine) as connection:
        for table, place in ((inquiries, 0), (tickets, 1), (search_texts, 2)):
            connection.execute(insert(table), [one[place] for one in every])
    yield create_app(loket)
    loket.store.close()


@pytest.fixture(scope="module")
def token(app):
    people = app.extensions["loket"].store.people
    access.create_user(people, NOW, "anna", "correct horse battery", "agent", list(DESKS))
    return access.sign_in(people, NOW, "anna", "correct horse battery", timedelta(hours=1))


@pytest.fixture(scope="module")
def client(app, token):
    made = app.test_client()
    made.set_cookie("loket_session", token)
    return made


def milliseconds(act):
    """Median and worst by the clock, and the processor's time, which another process's work does not lengthen."""
    act()
    taken, used = [], time.process_time()
    for _ in range(RUNS):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    processor = (time.process_time() - used) / RUNS * 1000
    return f"median {statistics.median(taken):6.1f} ms, worst {max(taken):6.1f} ms, processor {processor:6.1f} ms"


def test_pages_on_the_server(client):
    for name, path in PATHS.items():
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        found = answer.text.count('class="entry')
        print(f"\n{name:28} {milliseconds(lambda path=path: client.get(path))}  {found} rows", end="")


def test_a_304_and_a_fragment(client):
    for name in ("a desk", "all desks by urgency", "search, a common word"):
        path = PATHS[name] + ("&" if "?" in PATHS[name] else "?") + "part=list"
        tag = {"If-None-Match": client.get(path).headers["ETag"]}
        assert client.get(path, headers=tag).status_code in {200, 304}  # 200 where ten minutes began
        print(f"\n{name:28} fragment {milliseconds(lambda path=path: client.get(path))}", end="")
        print(
            f"\n{name:28} 304      {milliseconds(lambda path=path, tag=tag: client.get(path, headers=tag))}", end=""
        )


def test_page_weight(client):
    whole = 0
    for path in ("/desks/orders", "/static/loket.css", "/static/inbox.js", "/static/loket.svg"):
        with client.get(path) as answer:
            body = answer.data
        whole += len(body)
        print(f"\n{path:28} {len(body):7} bytes, {len(gzip.compress(body)):6} gzipped", end="")
    print(f"\n{'together':28} {whole:7} bytes", end="")


@pytest.fixture
def browser(tmp_path):
    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"):
        options.add_argument(argument)
    driver = Chrome(options=options, service=ChromeService(executable_path="/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def test_in_a_browser(app, token, browser):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    site = f"http://127.0.0.1:{server.server_port}"
    browser.get(f"{site}/sign-in")
    browser.add_cookie({"name": "loket_session", "value": token})
    script = """const [page] = performance.getEntriesByType("navigation");
        return JSON.stringify([page.responseEnd, page.domInteractive, page.loadEventEnd])"""
    taken = []
    for _ in range(10):
        browser.get("about:blank")
        browser.get(f"{site}/desks/orders")
        taken.append(json.loads(browser.execute_script(script)))
    for name, column in zip(("answer read", "interactive", "loaded"), zip(*taken, strict=True), strict=True):
        print(f"\n{name:28} median {statistics.median(column):6.0f} ms, worst {max(column):6.0f} ms", end="")
    server.shutdown()
    thread.join()
    server.server_close()
