"""The models' page: what serves, what the gate found, and the buttons that change it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from model.classifier import InquiryClassifier
from service.learning.gate import Verdict

ORDERS = ["where is my order", "my parcel has not come", "when does my lamp come", "order 4711 is late", "tracking"]
JUNK = ["cheap followers", "first place on every search", "you have won", "cheap loans", "money from home"]
PERSON = {"Accept": "text/html"}
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: which one does not matter to the registry."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def data_dir(tmp_path):
    """An own registry: these pages write to it."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def pipeline():
    """None: these pages decide nothing."""


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(ORDERS + JUNK, ["order_status"] * 5 + ["spam"] * 5)


@pytest.fixture
def registry(loket):
    return loket.registry


@pytest.fixture
def add(registry, classifier, now):
    """Lay a version into the registry, so many hours after another."""

    def make(hours=0, name="small"):
        return registry.add(
            classifier, name=name, data=[{"name": "seed", "rows": 1234}], metrics={"accuracy": 0.9125},
            card=lambda manifest: "", at=now + timedelta(hours=hours),
        )  # fmt: skip

    return make


@pytest.fixture
def champion(add, registry, loket, now):
    version = add()
    registry.promote(version, loket.settings.category_routes(), now)
    return version


@pytest.fixture
def judge(registry, champion, now):
    """Lay a verdict beside a version, with a page."""
    passed = Verdict("", champion, (), ("1 label looks wrong",), 3, 40, 200, 7, now.isoformat())

    def keep(version, *blocked, page="<p>The comparison</p>", is_judged=True):
        replace(passed, model=version, blocked=blocked, is_judged=is_judged).keep(registry, page)

    return keep


@pytest.fixture
def olga(person):
    return person("olga", role="scientist")


@pytest.fixture
def press(tree):
    """Open the page and send one of its forms; what is given is typed, or tampered with."""

    def act(client, path, **typed):
        found = tree(client.get("/models")).find("form", action=path)
        carried = {one["name"]: one["value"] for one in found.find_all("input", type="hidden")}
        return client.post(path, data=carried | typed)

    return act


def told(page):
    return page.find(attrs={"role": ["status", "alert"]}).text


def test_the_versions_are_shown_newest_first_with_what_they_are(olga, tree, add, champion, judge, registry):
    compared, uncompared, blocked = add(1), add(2), add(3)
    judge(compared)
    judge(blocked, "desk orders fell from 0.95 to 0.80", "category spam fell")
    registry.add_report(compared, "comparison.json", json.dumps({"learned": {"labels": 321}}).encode())
    registry.set_challenger(compared)

    cards = {one.h3.text: " ".join(one.stripped_strings) for one in tree(olga.get("/models")).select("article")}

    assert list(cards) == [blocked, uncompared, compared, champion]
    assert "champion since 2026-03-02 09:30 UTC" in cards[champion]
    assert "1,234 inquiries, 321 labelled" in cards[compared]
    assert "challenger" in cards[compared]
    assert "passed the gate" in cards[compared]
    assert "91.2 %" in cards[compared]
    assert "not compared" in cards[uncompared]
    assert "desk orders fell from 0.95 to 0.80 category spam fell" in cards[blocked]


def test_what_too_few_labels_judged_did_not_pass(olga, tree, add, champion, judge):
    judge(add(1), is_judged=False)

    chips = [one.text for one in tree(olga.get("/models")).article.find_all(class_="chip")]
    assert chips == ["too few labels to judge it"]


def test_an_agent_has_no_right_and_no_link(person, tree, champion, registry, add):
    client, version = person("anna", "orders"), add(1)

    desks = tree(client.get("/desks"))
    posts = [f"/models/{version}/promote", "/models/rollback", f"/models/{version}/score", "/models/stop"]
    assert "/models" not in [link["href"] for link in desks.select("nav a")]
    assert client.get("/models").status_code == client.get(f"/models/{version}/comparison").status_code == 403
    assert {client.post(path).status_code for path in posts} == {403}
    assert (registry.champion(), registry.challenger()) == (champion, None)


def test_nobody_sees_it_without_signing_in(client, champion):
    assert client.get("/models").location == "/sign-in?next=/models"


def test_a_form_without_our_token_changes_nothing(olga, champion, registry, add):
    version = add(1)

    assert olga.post(f"/models/{version}/promote").status_code == 403
    assert registry.champion() == champion


def test_promoted_by_a_button_and_rolled_back_by_another(olga, press, tree, add, champion, judge, registry):
    version = add(1)
    judge(version)

    promoted = press(olga, f"/models/{version}/promote")
    assert (promoted.status_code, registry.champion()) == (303, version)
    assert told(tree(olga.get(promoted.location))).startswith(f"{version} is the champion")
    back = press(olga, "/models/rollback")
    assert (back.status_code, registry.champion()) == (303, champion)
    assert told(tree(olga.get(back.location))).startswith(f"{champion} is the champion again")


def test_a_rollback_of_a_champion_that_another_changed_meanwhile_is_refused(
    olga, press, tree, add, champion, loket, registry
):
    version = add(1)
    press(olga, f"/models/{version}/promote")

    answer = press(olga, "/models/rollback", champion=champion)

    assert (answer.status_code, told(tree(answer))) == (409, "Somebody else changed the champion meanwhile.")
    assert registry.champion() == version


def test_with_one_champion_there_is_nothing_to_roll_back_to(olga, tree, champion):
    assert tree(olga.get("/models")).find("form", action="/models/rollback") is None


def test_a_blocked_version_has_no_button_and_a_sent_form_is_told_why(
    olga, press, tree, add, champion, judge, registry
):
    version = add(1)
    judge(version, "desk orders fell")

    assert tree(olga.get("/models")).find("form", action=f"/models/{version}/promote") is None
    token = tree(olga.get("/models")).find("input", attrs={"name": "token"})["value"]
    answer = olga.post(f"/models/{version}/promote", data={"token": token})
    despite = olga.post(f"/models/{version}/promote", data={"token": token, "read": "yes"})
    assert (answer.status_code, told(tree(answer))) == (409, f"The gate blocks {version}: desk orders fell")
    assert (despite.status_code, registry.champion()) == (403, champion)


def test_an_administrator_who_has_read_why_promotes_a_blocked_version(
    person, press, tree, add, champion, judge, registry
):
    version, client = add(1), person("rita", role="admin")
    judge(version, "desk orders fell")

    assert press(client, f"/models/{version}/promote").status_code == 409
    assert registry.champion() == champion
    assert press(client, f"/models/{version}/promote", read="yes").status_code == 303
    assert registry.champion() == version


def test_a_version_whose_category_has_no_desk_is_told_in_one_sentence(olga, press, tree, champion, registry, now):
    lost = InquiryClassifier().fit(ORDERS + JUNK, ["order_status"] * 5 + ["lost_property"] * 5)
    version = registry.add(lost, name="lost", data=[], metrics={}, card=lambda manifest: "", at=now)

    answer = press(olga, f"/models/{version}/promote")

    sentence = f"{version} knows categories that have no desk: lost_property"
    assert (answer.status_code, told(tree(answer)), registry.champion()) == (409, sentence, champion)


def test_a_version_scores_live_inquiries_until_it_is_stopped(olga, press, add, champion, registry):
    version = add(1)

    press(olga, f"/models/{version}/score")
    assert registry.challenger() == version
    press(olga, "/models/stop")
    assert registry.challenger() is None


def test_the_champion_cannot_be_its_own_challenger(olga, tree, add, champion, registry):
    add(1)
    token = tree(olga.get("/models")).find("input", attrs={"name": "token"})["value"]

    assert olga.post(f"/models/{champion}/score", data={"token": token}).status_code == 409


def test_the_comparison_is_a_page_in_which_nothing_can_run(olga, add, champion, judge):
    version = add(1)
    judge(version, page=EVIL)

    answer = olga.get(f"/models/{version}/comparison")

    policy = [one.strip() for one in answer.headers["Content-Security-Policy"].split(";")]
    assert (answer.text, answer.mimetype, answer.headers["Cache-Control"]) == (EVIL, "text/html", "no-store")
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "sandbox"} <= set(policy)
    assert len(answer.headers.get_all("Content-Security-Policy")) == 1
    assert answer.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"  # or no browser shows a sandboxed page


@pytest.mark.parametrize("version", ["20260302-093000-000000", "..", "%2e%2e", "x" * 300])
def test_what_was_not_compared_or_is_not_there_is_not_found(olga, champion, version):
    assert olga.get(f"/models/{version}/comparison", headers=PERSON).status_code == 404
    assert olga.get(f"/models/{champion}/comparison", headers=PERSON).status_code == 404


def test_disagreements_of_the_challenger_are_shown_masked(olga, tree, add, champion, registry, lay, store, now):
    version = add(1)
    registry.set_challenger(version)
    ticket = lay(text=f"Write to jo@example.com {EVIL}")
    said = {"category": "spam", "confidence": 0.93, "desk": "junk", "automatic": True}
    store.shadow_decisions.add(now, ticket.inquiry_id, version, said)

    answer = olga.get("/models")

    found = tree(answer).find(class_="apart")
    assert ("jo@example.com" in answer.text, EVIL in answer.text) == (False, False)
    assert "alert(1)" in found.text
    assert [one.text for one in found.find_all("b")] == ["Orders", "Junk"]
    assert "has read 1 live inquiry, and would lay 1 of them on another desk" in answer.text


def test_how_retrainings_ended_is_shown(olga, tree, champion, store, now):
    lease = timedelta(minutes=5)
    done = store.retrainings.begin(now - lease * 3, lease, 5)
    store.retrainings.end(now - lease * 2, done, "blocked", f"desk orders fell {EVIL}", champion)
    store.retrainings.begin(now - lease, lease, 9)

    items = tree(olga.get("/models")).find("section", attrs={"aria-labelledby": "retrainings"}).find_all("li")

    assert [one.find(class_="chip").text for one in items] == ["broke off", "blocked"]
    assert f"desk orders fell {EVIL}" in items[1].text


def test_advice_of_the_newest_version_that_has_any_is_shown(olga, tree, add, champion, registry):
    proposal = {
        "texts": [f"lost [[1]] {EVIL}"],
        "terms": ["gift card"],
        "size": 9,
        "nearest": None,
        "similarity": 0,
    }
    overlap = {"a": "complaint", "b": "feedback", "confused": 0.125, "n": 80, "texts": ["so slow"]}
    advice = {"proposals": [proposal], "overlaps": [overlap]}
    registry.add_report(champion, "advice.json", json.dumps(advice).encode())
    add(1)

    answer = olga.get("/models")

    found = " ".join(tree(answer).find("section", attrs={"aria-labelledby": "advice"}).text.split())
    assert all(
        part in found for part in ("9 inquiries", "gift card", "Like no category", "12.5 % of 80", "so slow")
    )
    assert EVIL not in answer.text


DAMAGED = {
    "no JSON": b"\xff{",
    "no object": b"7",
    "no advice": b'{"proposals": [{"texts": 3}]}',
    "no number": b'{"overlaps": [{"a": "a", "b": "b", "confused": NaN, "n": 1, "texts": []}]}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_report_is_not_shown_and_takes_nothing_else_away(olga, tree, champion, registry, content):
    for name in ("advice.json", "comparison.json", "verdict.json"):
        registry.add_report(champion, name, content)

    page = tree(olga.get("/models"))

    assert [one.h3.text for one in page.select("article")] == [champion]
    assert page.find(id="advice") is None
    assert "not compared" in page.article.text


def test_a_damaged_registry_is_told_in_one_sentence(olga, tree, champion, data_dir):
    (data_dir / "models" / "champion.json").write_text("{")

    answer = olga.get("/models")

    assert answer.status_code == 200
    assert "champion.json is damaged; delete it and promote a version again" in told(tree(answer))


def test_without_any_model_it_says_so(olga, tree):
    assert "No model has been trained." in tree(olga.get("/models")).text
