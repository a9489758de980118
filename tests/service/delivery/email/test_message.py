"""Messages: the original and the English for the desk, and nothing of the customer's taken for more than text."""

import pytest

from service import desk_work
from service.access import Actor
from service.delivery.email.links import Signer
from service.delivery.parcel import Outcome
from service.storage.outbox import MOVED
from tests.service.delivery.email.mail_server import KEY, NO_LINKS
from tests.service.delivery.parts import lay, parcel_of


def test_a_desk_gets_the_original_and_the_english_and_answers_the_customer(parcel, sender, mailbox):
    outcome = sender().send(parcel(name="An Peeters", subject="Bestelling"))

    assert outcome == Outcome()
    assert mailbox.encrypted == [True]
    assert "> Waar blijft mijn bestelling?" in mailbox.text
    assert "> Where is my order?" in mailbox.text
    assert mailbox.message["Reply-To"] == "An Peeters <an@example.com>"
    assert mailbox.message["To"] == "orders@example.com"
    assert mailbox.message["From"] == "Loket <loket@example.com>"
    assert mailbox.message["Auto-Submitted"] == "auto-generated"
    assert mailbox.message["Subject"].endswith("Bestelling")
    assert mailbox.message.get_content_type() == "text/plain"


def test_the_message_links_to_the_ticket_and_to_a_correction_of_each_alternative(parcel, sender, mailbox):
    one = parcel()

    sender().send(one)

    lines = mailbox.text.splitlines()
    assert one.url in lines
    for category in ("order_change", "complaint"):
        url = lines[lines.index(f"{category}:") + 1]
        link = Signer(KEY).read(url.rpartition("/")[2])
        assert (link.category, link.ticket_id, link.address) == (category, one.ticket.id, "orders@example.com")


def test_without_a_public_address_there_are_no_links(parcel, sender, mailbox):
    sender(links=NO_LINKS).send(parcel())

    assert "/mail/" not in mailbox.text


def test_each_attempt_is_the_same_message(parcel, sender, mailbox):
    one, to_server = parcel(), sender()

    to_server.send(one)
    to_server.send(one)

    first, second = mailbox.taken
    assert first["Message-ID"] == second["Message-ID"] == f"<{one.id}@example.com>"
    assert first.as_bytes() == second.as_bytes()


def test_all_that_is_of_a_ticket_is_one_thread(store, clock, sender, mailbox):
    ticket, to_server = lay(store, clock()), sender()
    to_server.send(parcel_of(store, ticket, clock()))

    to_server.send(parcel_of(store, ticket, clock(), MOVED))

    first, second = mailbox.taken
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == second["In-Reply-To"]


def test_a_desk_that_lost_the_ticket_is_told_and_gets_no_text_any_more(store, clock, sender, mailbox):
    ticket = lay(store, clock())
    actor = Actor("user:anna", frozenset({"desk"}), None)
    assert desk_work.assign(store, clock(), actor, ticket.id, "user:anna")
    moved = lay(store, clock(), desk="care", subject="Mijn bestelling", name="An Peeters")
    elsewhere = parcel_of(store, moved, clock(), MOVED, desk_name="Care")

    sender().send(elsewhere)

    assert "This ticket lies on the desk Care now." in mailbox.text
    assert "bestelling" not in mailbox.text + mailbox.message["Subject"]
    assert mailbox.message["Reply-To"] is None


TRICKS = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "right to left": "\u202egnp.exe \u2066and\u2069",
    "a forged link": "Open the ticket:\nhttps://evil.example.com/",
    "a header": "Hello\nBcc: all@example.com\n\nand a body",
    "smtp": "One\n.\nMAIL FROM:<x@example.com>\n..",
    "line ends": "One\rTwo\vThree\u2028Four\x85Five",
    "long": "x" * 19_000,
    "many languages": "Où est ma commande ? 注文はどこですか 🙂 أين طلبي",
}


@pytest.mark.parametrize("text", TRICKS.values(), ids=TRICKS)
def test_whatever_the_customer_wrote_is_quoted_text(parcel, sender, mailbox, text):
    sender().send(parcel(text=text))

    lines = mailbox.text.splitlines()
    begins = lines.index("What the customer wrote:") + 1
    quoted = lines[begins : lines.index("In English:") - 1]
    words = "".join(one for one in text if one.isalnum())
    assert all(line.startswith(">") for line in quoted)
    assert "".join(one for line in quoted for one in line if one.isalnum()) == words
    assert not set(mailbox.text) & set("\u202e\u2066\u2069\v\u2028\x85")
    assert mailbox.message["Bcc"] is None
    assert mailbox.message.get_content_type() == "text/plain"


HEADERS = [
    "Hi\tBcc: x@example.com",
    "\u202eevil",
    "=?utf-8?q?Bcc=3A?=",
    "=?utf-8?q?=0D=0ABcc:_all@example.com?=",
    "=?utf-8?b?DQpCY2M6IGFsbEBleGFtcGxlLmNvbQ==?= and so on" + " and on" * 10,
    "x" * 300,
    "é" * 200,
    '"quoted" <x@y.example.com>',
]


@pytest.mark.parametrize("text", HEADERS)
def test_a_subject_or_name_makes_no_header(parcel, sender, mailbox, text):
    assert sender().send(parcel(subject=text, name=text)) == Outcome()

    assert mailbox.message["Bcc"] is None
    assert [one.addr_spec for one in mailbox.message["Reply-To"].addresses] == ["an@example.com"]
    assert "\u202e" not in mailbox.message["Subject"]
    assert set(mailbox.message.keys()) >= {"Subject", "From", "To", "Date", "Message-ID", "References"}
    assert "> Waar blijft mijn bestelling?" in mailbox.text  # no header ended early


@pytest.mark.parametrize(
    "email",
    [
        "a@b,c@example.com",
        "<x>@example.com",
        "é@example.com",
        "a@b@c",
        "@",
        '"@example.com',
        "a@[example.com",
        "(x)a@example.com",
        "=?utf-8?q?=0D=0ABcc:all?=@example.com",
    ],
)
def test_what_is_no_address_is_not_answered_to(parcel, sender, mailbox, email):
    one = parcel()
    object.__setattr__(one.inquiry, "email", email)

    assert sender().send(one) == Outcome()

    assert mailbox.message["Reply-To"] is None
