"""What tests of the API share: problem details read from an answer, tickets on desks, and a worker at work."""

import shutil
from http import HTTPStatus

import pytest

from model import configuration
from service.assembly import Loket, make_pipeline
from service.pipeline.decision import Decision, Language, Translation
from service.pipeline.translation.records import NothingKept
from service.settings import check
from service.storage.inquiries import NewTicket
from service.storage.migrate import upgrade
from service.storage.store import Store
from service.submission import Submission
from service.translation_records import TranslationRecords


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An SQLite database with this release's tables, to copy: to migrate one takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "loket.sqlite3"
    opened = Store.at(f"sqlite:///{file}")
    upgrade(opened.engine)
    opened.close()
    return file


@pytest.fixture
def store(database_url, migrated):
    """A store with this release's tables."""
    opened = Store.at(database_url)
    if opened.engine.dialect.name == "sqlite":
        shutil.copy(migrated, opened.engine.url.database)
    else:
        upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pipeline(trained):
    """One pipeline for all tests that do not promote: to read language profiles and model takes half a second."""
    variables = {"LOKET_TRANSLATION__PROVIDERS": "[]", "LOKET_CLASSIFIER__ENCODER": "none"}
    found = configuration.read({"LOKET_DATA_DIR": str(trained)} | variables)
    return make_pipeline(check(found), found.registry(), NothingKept())


@pytest.fixture
def loket(configure, store, pipeline):
    """All parts of a process, on the store's database, with the shared pipeline."""
    found = configure()
    opened = Store.at(found.values["database"]["url"])
    parts = Loket(check(found), found.registry(), opened, TranslationRecords(opened, 90.0), pipeline)
    yield parts
    parts.store.close()


@pytest.fixture(scope="session")
def problem():
    """Check that an answer is problem details (RFC 9457); answers its status and the fields it names."""

    def read(answer):
        assert answer.content_type == "application/problem+json"
        body = answer.json
        assert body.keys() == {"type", "title", "status", "detail", "errors"}
        assert body["type"] == "about:blank"
        assert body["title"] == HTTPStatus(answer.status_code).phrase
        assert body["status"] == answer.status_code
        assert body["detail"]
        return answer.status_code, [one["field"] for one in body["errors"]]

    return read


@pytest.fixture
def lay(store, now):
    """Lay a ticket on a desk, as a worker that decided so would have."""

    def make(desk="orders", category="order_status", text="Where is my order?", at=now, automatic=True):
        inquiry = store.inquiries.add(at, Submission(text=text).values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        decision = Decision(
            language=Language(code="en", confidence=0.99, source="detector"),
            translation=Translation(status="not_needed"),
            category=category,
            confidence=0.9,
            desk=desk,
            automatic=automatic,
            reason=f"category {category}",
            model="20260302-093000-4f2a91",
        )
        laid = NewTicket(desk, category, 0.9, automatic)
        assert store.inquiries.decide(at, claimed, decision.model_dump(mode="json"), [laid])
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make
