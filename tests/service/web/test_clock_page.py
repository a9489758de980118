"""The page of the clock: medians that a manager can show, of the desks that may be seen, in five languages."""

from datetime import UTC, datetime, timedelta

import pytest

from service import desk_work
from service.access import Actor
from service.web.clock import in_short
from service.web.week_plot import Series, WeekPlot

ANNA = Actor("user:anna", frozenset({"desk"}), None)


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: the storage's own tests read both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def answered(lay, store, now):
    """Lay tickets some weeks ago, answered after so many minutes."""
    monday = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday() - 3)

    def make(weeks, minutes, desk="orders", n=6):
        at = monday - timedelta(weeks=weeks)
        for _ in range(n):
            ticket = lay(desk, after_seconds=(at - now).total_seconds())
            desk_work.close(store, at + timedelta(minutes=minutes), ANNA, ticket.id)

    return make


def cards(page):
    return {one.dt.text: [dd.text for dd in one.find_all("dd")] for one in page.select(".big > div")}


def rows(page, section):
    table = page.find(id=section).parent.table
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")
    ]


@pytest.mark.parametrize("role", ["agent", "scientist"])
def test_only_leads_and_administrators_may_see_it(person, client, role):
    assert client.get("/clock").location == "/sign-in?next=/clock"
    assert person("olga", "orders", role=role).get("/clock").status_code == 403


def test_before_anything_came_it_says_so(person, tree):
    page = tree(person("lea", "orders", role="lead").get("/clock"))

    assert "Nothing came in during this period." in page.main.text
    assert cards(page)["Answered"] == ["–"]
    assert cards(page)["Overdue now"] == ["0"]


def test_days_that_became_minutes_are_told_in_large_letters(person, answered, tree):
    answered(9, 3 * 24 * 60)
    answered(1, 12)

    page = tree(person("lea", "orders", role="lead").get("/clock?hours=plain"))

    assert cards(page)["Answered"] == ["12 min", "at first 3 d"]
    assert len(page.select("svg.weeks-plot")) == 2
    assert len(page.select("svg.wide .answered circle")) == 2
    weeks = rows(page, "weeks")
    assert [row[-1] for row in weeks if row[1] != "0"] == ["3 d", "12 min"]


def test_a_lead_is_told_of_own_desks_alone_and_an_administrator_of_all(person, answered, tree):
    answered(1, 30)
    answered(1, 60, desk="care", n=10)

    own = tree(person("lea", "care", role="lead").get("/clock"))
    every = tree(person("root", role="admin").get("/clock"))

    assert [row[0] for row in rows(own, "desks")] == ["Customer care"]
    assert [row[0] for row in rows(every, "desks")] == ["Customer care", "Orders"]
    assert rows(own, "desks")[0][1:8] == ["10", "1 h", "1 h", "–", "1 h", "1 h", "–"]
    assert {one["value"] for one in own.select("select[name=desk] option")} == {"", "care"}


def test_a_desk_of_others_is_not_there(person, answered):
    lead = person("lea", "care", role="lead")

    assert [lead.get("/clock", query_string={"desk": desk}).status_code for desk in ("care", "orders", "x")] == [
        200, 404, 404,
    ]  # fmt: skip


def test_what_is_overdue_is_counted_and_leads_to_its_list(person, lay, store, tree):
    tickets = [lay(), lay(), lay("care")]
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tickets SET due_at = '2026-03-03 00:00:00.000000'")
    desk_work.close(store, datetime.now(UTC), ANNA, tickets[0].id)

    page = tree(person("lea", "orders", role="lead").get("/clock?since=2026-02-01&until=2026-04-01"))

    assert cards(page)["Overdue now"] == ["1", "0 % answered in time"]
    [link] = page.select(".overdue a")
    assert (link.text, link["href"]) == ("Orders", "/desks/orders?due=overdue")


def test_days_of_ones_own_are_chosen_and_a_wrong_one_is_said(person, answered, tree):
    answered(3, 60)
    lead = person("lea", "orders", role="lead")
    today = datetime.now(UTC).date()

    chosen = lead.get("/clock", query_string={"since": today - timedelta(weeks=6), "until": today})
    wrong = lead.get("/clock?since=2026-03-02&until=2026-02-01")
    none = lead.get("/clock?since=soon")
    beyond = lead.get("/clock?since=9998-01-01&until=9999-12-31")

    assert "6 tickets" in tree(chosen).select_one(".lead").text
    assert [tree(one).select_one("[role=alert]").text for one in (wrong, none, beyond)] == [
        "These are not two days of which the first comes first."
    ] * 3


@pytest.mark.parametrize(
    ("language", "title", "median"),
    [
        ("nl", "De klok", "1,5 u"),
        ("de", "Die Uhr", "1,5 h"),
        ("fr", "L'horloge", "1,5 h"),
        ("es", "El reloj", "1,5 h"),
    ],
)
def test_it_speaks_the_visitors_language(person, answered, tree, language, title, median):
    answered(1, 90)
    page = tree(person("lea", "orders", role="lead").get(f"/clock?lang={language}"))

    assert (page.h1.text, page.html["lang"]) == (title, language)
    assert list(cards(page).values())[2][0] == median
    for english in ("within", "Answered", "finished week", "Overdue", "Step by step"):
        assert english not in page.main.text


@pytest.mark.parametrize(
    ("seconds", "plain", "business"),
    [
        (None, "–", "–"), (0, "under 1 s", "under 1 s"), (59.9, "59 s", "59 s"), (60, "1 min", "1 min"),
        (3599, "59 min", "59 min"), (5400, "1.5 h", "1.5 h"), (86_400 * 2 - 1, "48 h", "48 h"),
        (86_400 * 2.5, "2.5 d", "60 h"), (86_400 * 12, "12 d", "288 h"),
    ],
)  # fmt: skip
def test_durations_are_short(seconds, plain, business):
    assert in_short(seconds, str, "en") == plain
    assert in_short(seconds, str, "en", days=False) == business


def a_plot(*series, counts=None):
    weeks = [f"03-{n:02}" for n in range(len(series[0]))]
    lines = [Series(str(n), "answered", one) for n, one in enumerate(series)]
    return WeekPlot(weeks, lines, counts or [True] * len(weeks), 760, 320, 130)


def test_a_plot_holds_seconds_and_days():
    plot = a_plot((0.2, 3_600, 500_000))
    heights = [y for _, y, _ in plot.lines[0].dots]

    assert heights == sorted(heights, reverse=True)
    assert all(0 < y < 320 for y in heights)
    assert [seconds for seconds, _ in plot.ticks][:2] == [1, 10]


def test_a_line_ends_where_a_week_tells_nothing_and_labels_lie_apart():
    plot = a_plot((60, 70, None, 60), (60, 70, 80, 61), counts=[True, True, True, False])
    first, second = plot.lines

    assert [len(run.split()) for run in first.runs] == [2, 1]
    assert [counts for _, _, counts in second.dots] == [True, True, True, False]
    assert abs(first.label[1] - second.label[1]) >= 17


def test_a_plot_of_nothing_but_one_value_is_drawn():
    assert a_plot((None, None)).lines[0].label is None
    assert len(a_plot((60, 60)).ticks) == 2


def test_the_plot_names_few_of_many_weeks():
    assert len(a_plot(tuple(range(1, 53))).labelled) <= 6
