"""A desk's list: what a row tells, how a link filters it, in which language, and how it asks what is new."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from service.pipeline.decision import Translation
from service.storage.desk_tables import reads
from service.storage.engine import reading, writing
from service.storage.tables import tickets
from service.web.inbox import PAGE

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these
ENGLISH = {"translation": Translation(status="translated", text="Where is my order?", provider="google")}


@pytest.fixture
def change(store):
    """Make a ticket what a test needs."""

    def make(ticket, **values):
        with writing(store.engine) as connection:
            connection.execute(update(tickets).where(tickets.c.id == ticket.id).values(values))

    return make


@pytest.fixture
def noted(store):
    """How many reads are in the journal."""

    def count():
        with reading(store.engine) as connection:
            return connection.execute(select(func.count()).select_from(reads)).scalar_one()

    return count


def shown(page):
    return [link.text for link in page.select(".entry .what a")]


def part(client, path, tag=None, **headers):
    return client.get(
        path + ("&" if "?" in path else "?") + "part=list",
        headers=headers | ({"If-None-Match": tag} if tag else {}),
    )


def test_what_lies_on_a_desk_that_the_settings_no_longer_have_is_still_found(person, lay, tree):
    lay("orders", subject="Mijn lamp")
    lay("closed_down", subject="Mijn stoel")

    assert [len(shown(tree(person(name, *desks, role=role).get("/tickets")))) for name, desks, role in (
        ("olga", (), "admin"), ("anna", ("orders", "closed_down"), "agent"), ("bob", ("orders",), "agent"),
    )] == [2, 2, 1]  # fmt: skip


def test_a_row_tells_what_is_needed_to_choose_it(person, lay, change, tree):
    client = person("anna", "orders")
    ticket = lay(subject="Mijn lamp", decision=ENGLISH)
    soon = datetime.now(UTC) + timedelta(hours=5, minutes=5)
    change(ticket, priority="urgent", assigned_to="user:bob", due_at=soon)

    (row,) = tree(client.get("/desks/orders")).select(".entry")

    text = " ".join(row.text.split())
    for told in ("Mijn lamp", "Where is my order?", "order_status", "87 % · nl", "bob", "urgent", "due in 5 hr"):
        assert told in text
    assert row.find("a")["href"] == f"/tickets/{ticket.id}?list=/desks/orders"
    assert row.find("input")["value"] == f"{ticket.id}:{ticket.version}"
    assert "unread" in row["class"]


@one_database
def test_without_a_subject_the_first_words_stand_for_it(person, lay, tree):
    lay(text="Waar blijft mijn <b>bestelling</b>?\u202e evil", decision=ENGLISH)

    (row,) = tree(person("anna", "orders").get("/desks/orders")).select(".entry")

    assert row.find("a").text == "Waar blijft mijn <b>bestelling</b>? evil"


@one_database
def test_what_is_overdue_and_who_reviewed_it_are_told(person, lay, change, tree):
    client, ticket = person("anna", "orders"), lay()
    late = datetime.now(UTC) - timedelta(days=2, minutes=1)
    change(ticket, due_at=late, review="corrected", reviewed_by="user:bob", opened_at=late, assigned_to="user:anna")

    page = tree(client.get("/desks/orders"))

    text = " ".join(page.select_one(".entry").text.split())
    assert ("corrected by bob" in text, "overdue 2 days" in text, "you" in text) == (True, True, True)
    assert "unread" not in page.select_one(".entry")["class"]
    assert " ".join(page.select_one(".side").text.split()) == "Orders1 1 overdue".replace("1 1", "11")


@one_database
def test_all_desks_are_a_list_of_their_own_with_each_tickets_desk(person, lay, tree):
    lay("orders", subject="A")
    lay("returns", after_seconds=1, subject="B")
    lay("finance", after_seconds=2, subject="C")

    page = tree(person("anna", "orders", "returns").get("/tickets"))

    assert (page.h1.text, shown(page)) == ("All my desks", ["B", "A"])
    assert [row.find(class_="whose").span.text for row in page.select(".entry")] == [
        "Returns and repairs",
        "Orders",
    ]


LINKS = {
    "category=billing_invoice": ["category"],
    "category=none": ["none"],
    "language=th": ["language"],
    "below=50": ["below"],
    "assigned=me": ["me"],
    "assigned=user:bob": ["bob"],
    "assigned=bob": ["bob"],
    "assigned=nobody&priority=high": ["priority"],
    "due=overdue": ["overdue"],
    "status=closed": ["closed"],
    "status=any&q=special": ["search"],
    "q=%22special+one%22&language=nl": ["search"],
    "assigned=nobody&order=urgent&below=50": ["below"],
}


@one_database
def test_a_link_to_a_filtered_list_shows_what_fits(person, lay, change, tree):
    client = person("anna", "orders")
    values = {
        "category": {"category": "billing_invoice"}, "none": {"category": None}, "language": {"language": "th"},
        "below": {"confidence": 0.4}, "me": {"assigned_to": "user:anna"}, "bob": {"assigned_to": "user:bob"},
        "priority": {"priority": "high"}, "overdue": {"due_at": datetime.now(UTC) - timedelta(hours=1)},
        "closed": {"status": "closed"}, "search": {},
    }  # fmt: skip
    for number, (name, given) in enumerate(values.items()):
        ticket = lay(subject=name, text="The special one" if name == "search" else "x", after_seconds=number)
        if given:
            change(ticket, **given)

    found = {link: shown(tree(client.get(f"/desks/orders?{link}"))) for link in LINKS}

    assert found == LINKS


@one_database
def test_the_form_of_filters_holds_what_was_asked_and_leads_to_a_link(person, lay, tree):
    lay(subject="Mijn lamp")
    asked = {"q": "lamp", "category": "order_status", "below": "90", "assigned": "nobody", "order": "urgent"}

    page = tree(person("anna", "orders").get("/desks/orders", query_string=asked))

    form = page.find("form", class_="filters")
    typed = {one["name"]: one["value"] for one in form.find_all("input") if one.get("value")}
    typed |= {one.find_parent("select")["name"]: one["value"] for one in form.find_all("option", selected=True)}
    assert (form["method"], form["action"], typed) == ("get", "/desks/orders", asked)
    assert shown(page) == ["Mijn lamp"]
    assert "details" in {one.name for one in form.find_all(open=True)}


UNFIT = {
    "category": "no_such", "language": "'; DROP TABLE tickets; --", "below": "-1", "age": "yesterday",
    "status": "x", "assigned": "a\x00b", "priority": "!", "due": "soon", "q": "!!!", "order": "backwards",
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [*UNFIT.items(), ("below", "1e3"), ("q", "\x00")])
def test_a_filter_that_does_not_fit_is_named_and_left_out(person, lay, tree, name, value):
    lay(subject="There")

    answer = person("anna", "orders").get("/desks/orders", query_string={name: value})

    assert (answer.status_code, shown(tree(answer))) == (200, ["There"])
    assert "does not fit" in tree(answer).find(class_="notice").text


@one_database
def test_filters_go_on_to_older_tickets(person, lay, tree):
    for number in range(PAGE + 2):
        lay(subject=f"Lamp {number}" if number else "Stoel", after_seconds=number)
    client = person("anna", "orders")

    onward = tree(client.get("/desks/orders?q=lamp")).find("a", rel="next")["href"]

    assert onward.startswith("/desks/orders?q=lamp&cursor=")
    assert shown(tree(client.get(onward))) == ["Lamp 1"]


@one_database
@pytest.mark.parametrize("path", ["/desks/finance", "/desks/nowhere", "/desks/finance?part=list"])
def test_no_filter_opens_another_desk(person, lay, path):
    lay("finance", subject="Secret")

    assert person("anna", "orders").get(path).status_code == 404


@one_database
def test_the_search_shows_nothing_of_other_desks(person, lay, tree):
    lay("finance", subject="Secret lamp")
    client = person("anna", "orders")

    assert [shown(tree(client.get(path))) for path in ("/desks/orders?q=lamp", "/tickets?q=lamp")] == [[], []]


@pytest.mark.parametrize("path", ["/desks/orders", "/tickets", "/tickets?order=urgent", "/desks/orders?q=lamp"])
def test_an_unchanged_list_is_answered_without_reading_it(person, lay, noted, path):
    lay(subject="Mijn lamp")
    client = person("anna", "orders")
    first = part(client, path)
    before = noted()

    again = part(client, path, first.headers["ETag"])

    if again.status_code == 200:  # ten minutes began between the two
        again = part(client, path, again.headers["ETag"])
    assert (first.status_code, again.status_code, again.data, noted()) == (200, 304, b"", before)
    assert again.headers["ETag"]


@one_database
def test_a_changed_list_is_answered_with_its_rows_and_counts_alone(person, lay, press, tree):
    client, bob = person("anna", "orders"), person("bob", "orders")
    ticket = lay(subject="First")
    tags = [part(client, "/desks/orders").headers["ETag"]]

    for act in (lambda: lay(subject="Second", after_seconds=1), lambda: press(bob, ticket, "confirm")):
        act()
        answer = part(client, "/desks/orders", tags[-1])
        tags.append(answer.headers["ETag"])
        assert answer.status_code == 200

    page = tree(answer)
    assert (page.h1, shown(page), page.select_one(".side .open").text) == (None, ["Second", "First"], "2")
    assert len(set(tags)) == 3


@one_database
def test_another_persons_filters_pages_and_languages_have_tags_of_their_own(person, lay):
    lay()
    anna, bob = person("anna", "orders"), person("bob", "orders", "finance")
    paths = [
        "/desks/orders",
        "/desks/orders?q=x",
        "/desks/orders?cursor=x",
        "/tickets",
        "/desks/orders?order=urgent",
    ]

    tags = [part(anna, path).headers["ETag"] for path in paths] + [part(bob, paths[0]).headers["ETag"]]
    tags.append(part(anna, paths[0], **{"Accept-Language": "nl"}).headers["ETag"])

    assert len(set(tags)) == len(tags)


@one_database
def test_a_page_that_asks_after_the_session_has_ended_is_sent_to_sign_in(client):
    answer = client.get("/desks/orders?part=list", headers={"If-None-Match": '"x"'})

    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in")


@one_database
def test_who_saw_which_texts_is_in_the_journal(person, lay, noted):
    for number in range(3):
        lay(after_seconds=number)
    client = person("anna", "orders")

    client.get("/desks")
    before = noted()
    client.get("/desks/orders")

    assert (before, noted()) == (0, 3)


LANGUAGES = {"nl": "Al mijn afdelingen", "de": "Alle meine Abteilungen", "fr": "Tous mes services",
             "es": "Todos mis departamentos", "en": "All my desks"}  # fmt: skip


@one_database
def test_the_inbox_speaks_the_browsers_language(person, lay, tree):
    lay()
    client = person("anna", "orders", "returns")

    pages = {code: tree(client.get("/tickets", headers={"Accept-Language": code})) for code in LANGUAGES}

    assert {code: page.h1.text for code, page in pages.items()} == LANGUAGES
    assert [page.html["lang"] for page in pages.values()] == list(LANGUAGES)


@one_database
def test_nothing_of_the_inbox_is_left_untranslated(person, lay, tree):
    lay(subject="x")
    client = person("anna", "orders", "returns")

    def texts(path, code):
        page = tree(client.get(path, headers={"Accept-Language": code}))
        for one in page.find_all(lang=False)[:0] + page.select(".entry, nav.side, kbd, option, .brand"):
            one.decompose()
        return set(page.body.stripped_strings)

    same = {"anna", "Loket", "Filters", "Status", "Open", "0 open", "1 open"}
    for path in ("/tickets", "/desks", "/desks/orders?below=0&q=zzz"):
        for code in ("nl", "de", "fr", "es"):
            left = {text for text in texts(path, code) & texts(path, "en") if re.search("[a-z]", text)} - same
            assert left <= {"Orders", "Returns and repairs"}, (path, code)
