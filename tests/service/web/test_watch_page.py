"""The page that watches: figures of the desks that may be seen, alarms in words, plots that need no script."""

from datetime import UTC, datetime, timedelta

import pytest

from service.pipeline.decision import Language


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: the storage's own tests read both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def lay_back(lay, now):
    """Lay an inquiry on a desk some weeks ago; 1 is last week."""
    monday = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday() - 3)

    def make(weeks, desk="orders", **more):
        at = monday - timedelta(weeks=weeks)
        return lay(desk, after_seconds=(at - now).total_seconds(), **more)

    return make


@pytest.fixture
def drifting(lay_back):
    """Last week's inquiries on two desks tell of something new; on Orders they are also Polish."""
    polish = {"language": Language(code="pl", confidence=0.99, source="detector")}
    for i in range(120):
        lay_back(2 + i % 8, ("orders", "returns")[i % 2], text=f"Where is my parcel number {i}?")
    for i in range(60):
        on_orders = i % 2 == 0
        text = "Zolder lamp went missing" if on_orders else "The klamboe is torn"
        more = {"decision": polish} if on_orders else {}
        lay_back(1, "orders" if on_orders else "returns", text=f"{text}, order {i}", **more)


def told(page, section):
    return page.find("h2", id=section).parent.get_text(" ", strip=True)


def test_nobody_sees_it_without_signing_in(client):
    assert (client.get("/watch").status_code, client.get("/watch").location) == (303, "/sign-in?next=/watch")


def test_before_anything_came_it_says_so(person, tree):
    page = tree(person("olga", role="scientist").get("/watch"))

    assert told(page, "alarms") == "Alarms No alarm: nothing changed by more than chance and by enough to matter."
    assert "Too few texts to compare." in told(page, "texts")
    assert "Nothing was decided in these weeks." in told(page, "languages")


def test_whoever_looks_after_the_models_sees_all_desks_and_why_there_is_an_alarm(person, drifting, tree):
    page = tree(person("olga", role="scientist").get("/watch"))

    assert [row.th.contents[0].strip() for row in page.select("#desks ~ table tbody tr")] == [
        "All desks", "Orders", "Returns and repairs",
    ]  # fmt: skip
    assert "Polish (pl), 50.0 % of the inquiries, 0.0 % before" in told(page, "alarms")
    assert {"zolder", "klamboe"} <= {row.th.text for row in page.select(".words tbody tr")}


@pytest.mark.parametrize("role", ["lead", "agent"])
def test_others_see_their_own_desks_and_no_word_of_another(person, drifting, tree, role):
    answer = person("leo", "returns", role=role).get("/watch")
    page = tree(answer)

    assert [row.th.contents[0].strip() for row in page.select("#desks ~ table tbody tr")] == [
        "Your desks together", "Returns and repairs",
    ]  # fmt: skip
    assert "Polish" not in answer.text
    for one_of_orders in ("zolder", "Orders", ">orders"):
        assert one_of_orders not in answer.text


def test_a_person_without_a_desk_sees_nothing_of_any(person, drifting, tree):
    page = tree(person("leo", role="lead").get("/watch"))

    assert "Nothing was decided in these weeks." in told(page, "languages")


def test_what_people_overruled_is_shown_per_language(person, lay_back, tree, press):
    client = person("bob", role="admin")
    for _ in range(3):
        ticket = lay_back(2)
    press(client, ticket, "correct", category="return_refund")

    page = tree(client.get("/watch"))

    assert "Dutch 3 inquiries, 1 reviewed" in told(page, "languages")
    assert "100.0 % 20.7 to 100.0" in told(page, "languages")


def test_the_page_needs_neither_script_nor_style_and_can_be_scrolled_by_keyboard(person, drifting, tree):
    answer = person("olga", role="scientist").get("/watch")
    page = tree(answer)

    assert page.select("svg.plot")
    assert not page.select("[style], style, script, [onclick]")
    assert all(one["tabindex"] == "0" and one["aria-label"] for one in page.select(".scroll"))
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_present_week_is_marked(person, lay_back, tree):
    lay_back(2)
    page = tree(person("olga", role="scientist").get("/watch"))

    heads = [cell.get_text(" ", strip=True) for cell in page.select(".weeks")[0].select("thead th")]
    assert [head.endswith("not over") for head in heads] == [False] * 10 + [True]


def test_the_navigation_leads_there(person, tree):
    page = tree(person("leo", "returns", role="lead").get("/watch"))

    assert page.find("nav").find("a", href="/watch")["aria-current"] == "page"
