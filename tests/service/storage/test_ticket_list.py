"""The lists of the inbox: which tickets a filter keeps, in which order, page after page; what waits on a desk."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from service import intake
from service.storage.engine import writing
from service.storage.inquiries import NewTicket
from service.storage.search import understand
from service.storage.tables import tickets
from service.storage.ticket_list import NO_CATEGORY, NOBODY, Filters, Waiting
from service.submission import Submission

HOUR = timedelta(hours=1)


@pytest.fixture
def lay(store, now):
    """Lay an inquiry on a desk, in Dutch with a translation; what is given is changed in its ticket."""

    def make(text="Waar blijft het?", desk="orders", *, hours=0, english=None, language="nl", **values):
        at = now + timedelta(hours=hours)
        inquiry = intake.submit(store, at, Submission(text=text), intake.Sender(None, "192.0.2.1"))
        (claimed,) = store.inquiries.claim(at, 1, 60)
        translation = {"status": "translated", "text": english} if english else {"status": "not_needed"}
        decision = {
            "category": "order_status", "confidence": 0.9, "desk": desk, "automatic": True, "model": None,
            "language": {"code": language, "confidence": 1.0, "source": "detector"}, "translation": translation,
        }  # fmt: skip
        new = NewTicket(desk, "order_status", 0.9, automatic=True)
        assert store.inquiries.decide(at, claimed, decision, [new])
        (ticket,) = store.tickets.of_inquiry(inquiry.id)
        if values:
            with writing(store.engine) as connection:
                connection.execute(update(tickets).where(tickets.c.id == ticket.id).values(values))
        return ticket.id

    return make


@pytest.fixture
def listed(store, now):
    """The ids that a list shows."""

    def read(*desks, after=None, limit=50, at=now, **filters):
        page = store.lists.page(at, desks or ("orders",), Filters(**filters), after, limit)
        return [one.id for one in page]

    return read


def test_a_list_shows_the_open_tickets_of_its_desks_newest_first(lay, listed):
    first, second, elsewhere = lay(hours=0), lay(hours=1), lay(desk="finance", hours=2)
    lay(status="closed")
    lay(desk="care")

    assert (listed("orders"), listed("orders", "finance")) == ([second, first], [elsewhere, second, first])


def test_a_row_tells_what_is_needed_to_choose_it(store, lay, now):
    lay("Waar blijft\nmijn bestelling?" + "x" * 9_000, english="Where is my order?" + "y" * 9_000)

    (row,) = store.lists.page(now, ["orders"], Filters(), None, 1)

    assert (row.category, row.language, row.version, row.receipt[:3]) == ("order_status", "nl", 1, "LK-")
    assert (row.text[:23], row.english[:18]) == ("Waar blijft\nmijn bestel", "Where is my order?")
    assert (len(row.text), len(row.english)) == (240, 240)


KEEPS = {
    "closed": ({"status": "closed"}, {"status": "closed"}),
    "any status": ({"status": None, "category": "x"}, {"status": "closed", "category": "x"}),
    "category": ({"category": "billing_invoice"}, {"category": "billing_invoice"}),
    "no category": ({"category": NO_CATEGORY}, {"category": None}),
    "language": ({"language": "th"}, {"language": "th"}),
    "less sure": ({"below": 0.5}, {"confidence": 0.499}),
    "somebody's": ({"assigned_to": "user:bob"}, {"assigned_to": "user:bob"}),
    "priority": ({"priority": "urgent"}, {"priority": "urgent"}),
}


@pytest.mark.parametrize(("filters", "values"), KEEPS.values(), ids=KEEPS)
def test_a_filter_keeps_what_fits(lay, listed, filters, values):
    lay(language="en", confidence=0.5, assigned_to="user:anna")
    wanted = lay(**values)

    assert (listed(**filters), listed("orders", "care", **filters)) == ([wanted], [wanted])


def test_what_nobody_has_is_a_filter(lay, listed):
    lay(assigned_to="user:anna")
    wanted = lay()

    assert listed(assigned_to=NOBODY) == [wanted]


def test_what_is_older_is_a_filter(lay, listed, now):
    wanted = lay(hours=-4)
    lay(hours=-2)

    assert listed(older_than=3 * HOUR) == [wanted]


@pytest.mark.parametrize(("hours", "is_there"), [(-1, True), (0, False), (1, False)])
def test_what_is_due_before_now_and_open_is_overdue(store, lay, listed, now, hours, is_there):
    ticket = lay(due_at=now + hours * HOUR)
    lay(due_at=now - HOUR, status="closed")

    assert listed(overdue=True, status=None) == ([ticket] if is_there else [])
    assert store.lists.waiting(now, ["orders"]) == {"orders": Waiting(1, 1, int(is_there))}


def test_a_search_finds_original_and_english_on_these_desks_alone(lay, listed):
    wanted = lay("Waar blijft mijn lamp?", english="Where is my lamp?")
    lay("Andere vraag", hours=1)
    lay("Mijn lamp", desk="finance", hours=2)

    assert listed(search=understand("lamp")) == listed(search=understand('"where is"')) == [wanted]
    assert listed(search=understand("lamp"), category="spam") == []


def test_filters_together_keep_what_fits_all(lay, listed):
    lay("lamp", priority="high")
    lay("stoel", priority="high", confidence=0.1)
    wanted = lay("lamp", priority="high", confidence=0.1)

    filters = {"priority": "high", "below": 0.5, "search": understand("lamp")}
    assert listed(**filters) == listed(**filters, by_urgency=True) == [wanted]


def test_by_urgency_the_overdue_come_first_then_the_urgent_then_what_is_due_first(lay, listed, now):
    plain, newer = lay(), lay(hours=1)
    low = lay(hours=2, priority="low", due_at=now + HOUR)
    later, sooner = lay(hours=3, due_at=now + 3 * HOUR), lay(hours=4, due_at=now + 2 * HOUR)
    high, urgent = lay(hours=5, priority="high"), lay(hours=6, priority="urgent")
    late, latest = lay(hours=7, due_at=now - HOUR), lay(hours=8, due_at=now - 2 * HOUR, priority="low")

    expected = [latest, late, urgent, high, sooner, later, newer, plain, low]
    assert listed(by_urgency=True) == expected


@pytest.mark.parametrize("by_urgency", [False, True])
@pytest.mark.parametrize("search", [None, understand("waar")], ids=["all", "search"])
@pytest.mark.parametrize("desks", [("orders",), ("orders", "finance", "care")], ids=len)
def test_pages_show_each_ticket_once(lay, listed, now, by_urgency, search, desks):
    for number in range(11):
        due = now + (number % 3 - 1) * HOUR if number % 4 else None
        lay(desk=desks[number % len(desks)], priority=("normal", "urgent")[number % 2], due_at=due)
    whole = listed(*desks, by_urgency=by_urgency, search=search)

    pages, after = [], None
    while page := listed(*desks, by_urgency=by_urgency, search=search, after=after, limit=3):
        pages += page
        after = page[-1]

    assert (pages, len(whole)) == (whole, 11)


@pytest.mark.parametrize("by_urgency", [False, True])
@pytest.mark.parametrize("cursor", ["x", "\x00", "", "00000000-0000-7000-8000-000000000000"], ids=ascii)
def test_a_made_up_cursor_is_no_error(lay, listed, cursor, by_urgency):
    lay()

    assert len(listed(after=cursor, by_urgency=by_urgency)) <= 1


def test_without_a_desk_there_is_no_list(store, lay, now):
    lay()

    assert (store.lists.page(now, [], Filters(), None, 9), store.lists.waiting(now, [])) == ([], {})


def test_each_desk_tells_what_waits_on_it(store, lay, now):
    lay()
    lay(assigned_to="user:anna", due_at=now - HOUR)
    lay(status="closed", due_at=now - HOUR)
    lay(desk="care")

    waiting = store.lists.waiting(now, ["orders", "care", "finance"])

    assert waiting == {"orders": Waiting(2, 1, 1), "care": Waiting(1, 1, 0)}


def test_the_languages_that_there_are(store, lay):
    for language in ("nl", "th", "nl"):
        lay(language=language)

    assert store.lists.languages() == ["nl", "th"]


def test_the_state_changes_with_every_change_of_a_ticket_and_with_nothing_else(store, lay, now):
    ticket = lay(due_at=now + HOUR)
    states = [store.lists.state(now), store.lists.state(now + HOUR / 2)]

    store.tickets.open(now, ticket, "user:anna")
    states.append(store.lists.state(now))
    lay()
    states.append(store.lists.state(now))
    states.append(store.lists.state(now + 2 * HOUR))  # meanwhile one became overdue

    assert (states[0] == states[1], len(set(states[1:]))) == (True, 4)
