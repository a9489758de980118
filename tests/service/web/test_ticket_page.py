"""A ticket's page: original and English side by side, what was decided and what happened, all of it as text."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from service.assembly import Loket, make_pipeline
from service.pipeline.decision import Language, Spoke, Translation
from service.settings import check
from service.translation_records import TranslationRecords

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7 * 7 }}"
DUTCH, ARABIC = "Waar blijft mijn bestelling?", "أين طلبي؟ لم تصل الطلبية التي دفعت ثمنها قبل أسبوعين"
ENGLISH = {DUTCH: "Where is my order?", ARABIC: "Where is my order? What I paid for two weeks ago has not arrived"}


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: what a page shows does not depend on it."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


class LibreTranslate(BaseHTTPRequestHandler):
    """Knows two inquiries, and answers by LibreTranslate's protocol."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"translatedText": ENGLISH[asked["q"]]}).encode()
        self.send_response(200 if self.path == "/translate" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def libretranslate():
    server = ThreadingHTTPServer(("127.0.0.1", 0), LibreTranslate)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def sections(page):
    found = [(part.h2.text, part.p) for part in page.select(".views section")]
    return [(title, text.text, text.get("lang"), text.get("dir")) for title, text in found]


class TestWithATranslator:
    @pytest.fixture
    def loket(self, configure, store, libretranslate):
        address = {"LOKET_TRANSLATION__LIBRETRANSLATE__URL": libretranslate}
        found = configure(LOKET_TRANSLATION__PROVIDERS='["libretranslate"]', **address)
        settings, registry = check(found), found.registry()
        records = TranslationRecords(store, settings.translation.memory_days)
        return Loket(settings, registry, store, records, make_pipeline(settings, registry, records))

    @pytest.mark.parametrize(
        ("text", "code", "language"), [(DUTCH, "nl", "Dutch"), (ARABIC, "ar", "Arabic")], ids=["Dutch", "Arabic"]
    )
    def test_original_and_english_stand_side_by_side(
        self, client, person, decide_all, store, tree, text, code, language
    ):
        client.post("/form", data={"text": text})
        decide_all()
        (inquiry,) = store.inquiries.all()

        (ticket,) = store.tickets.of_inquiry(inquiry.id)
        page = tree(person("anna", "orders").get(f"/tickets/{ticket.id}"))

        original, english = (
            (language, text, code, "auto"),
            ("English by libretranslate", ENGLISH[text], "en", "auto"),
        )
        assert (ticket.desk, sections(page)) == ("orders", [original, english])


def test_without_a_translation_the_page_says_why(person, lay, tree):
    ticket = lay("orders", decision={"translation": Translation(status="unavailable", reason="quota")})

    page = tree(person("anna", "orders").get(f"/tickets/{ticket.id}"))

    assert sections(page) == [("Dutch", DUTCH, "nl", "auto"), ("English", "Not translated: quota", None, None)]


def test_an_english_inquiry_is_shown_once(person, lay, tree):
    english = {
        "language": Language(code="en", confidence=1.0, source="detector"),
        "translation": Translation(status="not_needed"),
    }
    ticket = lay("orders", text="Where is my order?", decision=english)

    page = tree(person("anna", "orders").get(f"/tickets/{ticket.id}"))

    assert sections(page) == [("English", "Where is my order?", "en", "auto")]


def test_the_page_says_what_was_decided_and_why(person, lay, tree):
    ticket = lay("orders", decision={"confidence": 0.87, "explanation": (Spoke(term="where is", weight=1.3),)})

    page = tree(person("anna", "orders").get(f"/tickets/{ticket.id}"))

    assert page.find(class_="chip").text == "order_status"
    assert (page.find("meter")["value"], page.find(class_="confidence").text.strip()) == ("0.87", "87 %")
    why = " ".join(page.find(class_="why").text.split())
    assert why == "category order_status · These words spoke for it: where is"


def test_the_page_says_who_wrote_and_what_else_the_form_said(person, lay, store, tree):
    fields = {"order number": "A-1", "newsletter": True}
    ticket = lay("orders", name="Bob", email="bob@example.org", subject="My lamp", fields=fields)

    page = tree(person("anna", "orders").get(f"/tickets/{ticket.id}"))

    assert page.find("h1").text == "My lamp"
    assert " ".join(page.find("dl", class_="known").get_text(" ").split()) == "From Bob bob@example.org Channel web"
    assert page.find("a", href="mailto:bob@example.org")
    assert [one.text for one in page.find("dl", class_="facts").find_all(["dt", "dd"])] == [
        "order number",
        "A-1",
        "newsletter",
        "True",
    ]


def test_the_journal_tells_who_did_what_in_order(person, lay, press, tree):
    client, ticket = person("anna", "orders", "finance"), lay("orders")
    press(client, ticket, "correct", category="billing_invoice")
    press(client, ticket, "close")

    page = tree(client.get(f"/tickets/{ticket.id}"))

    assert [entry.bdi.text for entry in page.select(".journal li")] == [
        "Received by web",
        "Loket decided: order_status (87 %), for Orders",
        "Laid on the desk Orders",
        "anna opened it first",
        "anna corrected it from order_status (Orders) to billing_invoice (Finance)",
        "anna closed it",
    ]


def test_whatever_a_visitor_sends_is_shown_as_text(person, lay, press, tree):
    spoken = {
        "translation": Translation(status="translated", text=HOSTILE, provider=HOSTILE),
        "explanation": (Spoke(term=HOSTILE, weight=1.0),),
    }
    email = "<script>alert(1)</script>@example.org"
    sent = {"text": HOSTILE, "subject": HOSTILE, "name": HOSTILE, "email": email, "fields": {HOSTILE: HOSTILE}}
    ticket = lay("orders", decision=spoken, **sent)
    client = person("anna", "orders", "finance")
    press(client, ticket, "correct", desk="finance", comment=HOSTILE)

    page = tree(client.get(f"/tickets/{ticket.id}"))

    assert [one.get("src") for one in page.find_all(["script", "img"])] == ["/static/ticket.js"]
    assert [one.text for one in page.select("h1, .text, .why mark")] == [HOSTILE] * 4
    assert [one.text for one in page.select(".facts dt, .facts dd")] == [HOSTILE, HOSTILE]
    assert page.find(class_="comment").bdi.text == page.find("bdi", string=HOSTILE).text == HOSTILE
    assert page.find("a", href=f"mailto:{quote(email, safe='/@')}").text == email
    assert "onerror" not in {name for element in page.find_all(True) for name in element.attrs}


def test_the_next_desk_reads_the_comment_as_text(person, lay, press):
    ticket = lay("orders")
    press(person("anna", "orders"), ticket, "correct", desk="finance", comment="Paid twice <b>")

    assert "Paid twice &lt;b&gt;" in person("bob", "finance").get(f"/tickets/{ticket.id}").text
