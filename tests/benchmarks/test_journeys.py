"""How long it takes to export the journeys of 13,000 inquiries, how large the files are, and a page of the feed."""

import itertools
import random
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from service.journeys.event import Origin
from service.journeys.export import Export
from service.journeys.feed import Journeys
from service.journeys.files import FORMATS, rows_file
from service.journeys.products import Catalogue, Product
from service.journeys.pseudonyms import Pseudonyms
from service.pipeline.decision import Decision, Language, Translation
from service.storage.engine import writing
from service.storage.identifiers import new_id
from service.storage.tables import events, inquiries, tickets
from service.submission import Submission
from training.dataset import read_file, seed_files

pytestmark = pytest.mark.benchmark
INQUIRIES, CUSTOMERS, PRODUCTS, PAGE = 13_000, 4_000, 200, 1_000
ANNA = "user:anna"
WORDS = ("lamp", "charger", "sensor", "cable", "grinder", "kettle", "plug", "dimmer", "camera", "fan")
PRODUCT_NAMES = [f"{one} {WORDS[number % 10]}" for number, one in enumerate(
    f"{a}{b}{c}" for a, b, c in itertools.islice(itertools.product("BDKLMNRSTV", "aeiou", "ndra"), PRODUCTS)
)]  # fmt: skip


@pytest.fixture
def database_url(tmp_path):
    """The embedded default."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def journeys(store, now):
    """Inquiries of a year with their tickets: three in four opened and closed, with the seed inquiries' texts."""
    texts = [one for path in seed_files() for one in read_file(path).inquiries]
    chance = random.Random(20260302)
    rows = {table: [] for table in (inquiries, tickets, events)}
    for number in range(INQUIRIES):
        for table, made in _journey(now + timedelta(minutes=number * 40), chance.choice(texts), chance):
            rows[table].append(made)
    with writing(store.engine) as connection:
        for table, made in rows.items():
            connection.execute(insert(table), made)
    products = [Product(name, "product", (), ("sku",)) for name in PRODUCT_NAMES]
    return Journeys(store, Origin("/loket", "org.loket"), Pseudonyms(b"k" * 32), Catalogue(products))


def _journey(at, seed, chance):
    """The rows of one inquiry, as the service writes them, without the work of deciding."""
    product = f" {chance.choice(PRODUCT_NAMES)}" if chance.random() < 0.6 else ""
    sent = Submission(
        text=seed.text + product, email=f"customer-{chance.randrange(CUSTOMERS)}@example.org",
        country=chance.choice(["NL", "BE", "DE", "FR", "ES", "GB", "PL", "LU"]),
    )  # fmt: skip
    decision = Decision(
        language=Language(code=seed.language, confidence=0.99, source="detector"),
        translation=Translation(status="translated", text=seed.text, provider="google"),
        category=seed.label or "spam", confidence=0.9, desk="orders", automatic=True, reason="category",
        model="20260302-093000-4f2a91",
    ).model_dump(mode="json")  # fmt: skip
    inquiry, ticket = new_id(at), new_id(at)
    ids = {"inquiry_id": inquiry, "at": at}
    known = {name: decision[name] for name in ("category", "confidence", "desk", "automatic")}
    yield inquiries, sent.values() | {
        "id": inquiry, "receipt": inquiry[-16:], "received_at": at, "status": "decided", "decision": decision,
        "decided_at": at, "attempts": 1,
    }  # fmt: skip
    yield tickets, known | {
        "id": ticket, "inquiry_id": inquiry, "intent": 0, "status": "open", "version": 1, "created_at": at,
        "changed_at": at,
    }  # fmt: skip
    yield events, ids | {"kind": "received", "actor": "visitor", "details": {"channel": "web"}, "ticket_id": None}
    yield events, ids | {"kind": "decided", "actor": "loket", "details": known, "ticket_id": None}
    yield events, ids | {"kind": "laid_on_desk", "actor": "loket", "details": known, "ticket_id": ticket}
    if chance.random() < 0.75:
        for minutes, kind in ((5, "opened"), (30, "closed")):
            later = at + timedelta(minutes=minutes)
            yield events, ids | {"at": later, "kind": kind, "actor": ANNA, "details": {}, "ticket_id": ticket}


def test_an_export_of_a_year(journeys, tmp_path):
    steps = journeys.store.feed.last_number()
    for format_ in FORMATS:
        export = Export(Pseudonyms(b"e" * 32), journeys.catalogue, ZoneInfo("Europe/Amsterdam"), None, (), 5)
        file, began = tmp_path / format_, time.process_time()
        with rows_file(format_, file, export.names()) as write:
            for rows in export.rows(journeys.store, None, None, lambda _done, _of: None):
                write(rows)
        seconds = time.process_time() - began
        size = file.stat().st_size / 1e6
        print(f"\n{format_}: {INQUIRIES} inquiries, {steps} steps: {seconds:.1f} s of a processor, {size:.1f} MB")
    began = time.process_time()
    page = journeys.page(steps // 2, PAGE)
    print(f"a page of {len(page.events)} events: {time.process_time() - began:.2f} s of a processor")

    assert len(page.events) == PAGE
