"""What the tests of the pages share: tickets laid on desks, people who sign in, pages as a tree."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from werkzeug.serving import make_server

from model import configuration
from service import intake
from service.assembly import Loket, make_pipeline
from service.pipeline.decision import Alternative, Decision, Language, Translation
from service.pipeline.translation.records import NothingKept
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Submission
from service.translation_records import TranslationRecords

PASSWORD = "correct horse battery"


@pytest.fixture
def data_dir(trained):
    """Shared, not copied: pages write to the database alone."""
    return trained


@pytest.fixture(scope="session")
def pipeline(trained):
    """One for all tests of pages: reading the language profiles takes half a second."""
    variables = {"LOKET_TRANSLATION__PROVIDERS": "[]", "LOKET_CLASSIFIER__ENCODER": "none"}
    found = configuration.read({"LOKET_DATA_DIR": str(trained)} | variables)
    return make_pipeline(check(found), found.registry(), NothingKept())


@pytest.fixture
def loket(configure, store, pipeline):
    """All parts of a process, with the pipeline that these tests share."""
    found = configure()
    return Loket(check(found), found.registry(), store, TranslationRecords(store, 90.0), pipeline)


@pytest.fixture
def lay(store, now):
    """Store an inquiry and lay it on a desk as a worker does; answers the ticket."""
    decided = Decision(
        language=Language(code="nl", confidence=0.99, source="detector"),
        translation=Translation(status="unavailable", reason="no_provider"),
        category="order_status",
        confidence=0.875,
        alternatives=(Alternative(category="billing_invoice", confidence=0.1),),
        desk="orders",
        automatic=True,
        reason="category order_status",
        model="20260302-093000-4f2a91",
    )

    def make(desk="orders", *, after_seconds=0, decision=None, **sent):
        at = now + timedelta(seconds=after_seconds)
        submission = Submission(**{"text": "Waar blijft mijn bestelling?"} | sent)
        inquiry = intake.submit(store, at, submission, intake.Sender(None, "127.0.0.1"))
        (claimed,) = store.inquiries.claim(at, 1, 60)
        final = decided.model_copy(update={"desk": desk} | (decision or {}))
        new = NewTicket(final.desk, final.category, final.confidence, final.automatic)
        assert store.inquiries.decide(at, claimed, final.model_dump(mode="json"), [new])
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make


@pytest.fixture
def as_laid(store):
    """A ticket as it is now, but for who has looked at it."""
    return lambda ticket: replace(store.tickets.get(ticket.id), opened_at=None, opened_by=None)


@pytest.fixture(scope="session")
def password_hash():
    """Of the least work that the format allows: a real one is slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def person(app, store, now, password_hash):
    """Make a user and sign in as a browser does; answers the client that holds the session."""

    def make(name, *desks, role="agent"):
        store.people.add_user(now, name, password_hash, role, list(desks))
        client = app.test_client()
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return make


@pytest.fixture
def tree():
    """The elements of an answer's page."""
    return lambda answer: BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def form(tree):
    """A form of a ticket's page as a browser would send it now, or later: keywords for `client.post`."""

    def read(client, ticket, button):
        page = tree(client.get(f"/tickets/{ticket.id}"))
        found = page.find_all("form", action=f"/tickets/{ticket.id}/{button}")[-1]
        carried = {one["name"]: one["value"] for one in found.find_all("input", type="hidden")}
        return {"path": found["action"], "data": carried}

    return read


@pytest.fixture
def press(form):
    """Open a ticket's page and press one of its buttons; what is given is typed, or tampered with."""

    def act(client, ticket, button, **typed):
        opened = form(client, ticket, button)
        return client.post(opened["path"], data=opened["data"] | typed)

    return act


@pytest.fixture
def site(app, browser):
    """Where a browser finds the pages."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    yield f"http://127.0.0.1:{server.server_port}"
    browser.get("about:blank")
    server.shutdown()
    thread.join()
    server.server_close()
