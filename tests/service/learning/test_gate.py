"""The gate: what it blocks is not promoted, and a golden inquiry goes where it must or says so."""

import json
from dataclasses import asdict

import pytest

from model.errors import PromotionRefused
from service.learning import gate
from service.learning.gate import PAGE, VERDICT, Verdict, golden_failures, promote, verdict_of
from service.pipeline.classification import Serving

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
JOB = "I want to apply for the job"  # by words alone the tiny model is less than half sure, with both views sure
WORDS = {"LOKET_CLASSIFIER__ENCODER": "none"}


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def words(process):
    """A process by words alone."""
    return process(**WORDS)


@pytest.fixture
def worse(words, lay_model):
    """A model that takes applications for spam."""
    return lay_model(words, {"careers": "spam", "spam": "careers"})


@pytest.fixture
def found(words, worse, now):
    """Keep a verdict on the worse model."""

    def make(*blocked, **more):
        verdict = Verdict(
            worse.version, words.registry.champion(), blocked, ("a note",), 1, 30, 10, 2, now.isoformat(), **more
        )
        verdict.keep(words.registry, "<p>It fell</p>")
        return verdict

    return make


def champion_of(parts):
    return Serving(parts.registry.champion(), parts.registry.load(parts.registry.champion()))


def test_a_verdict_is_read_as_it_was_kept_with_its_page(words, worse, found):
    kept = [found("language de: 0.9 -> 0.5", "category spam: 0.9 -> 0.1"), found(is_judged=False)]

    assert verdict_of(words.registry, worse.version) == kept[-1] != kept[0]
    assert words.registry.report(worse.version, PAGE) == b"<p>It fell</p>"


def test_a_model_that_never_came_to_the_gate_has_no_verdict(words, worse):
    assert verdict_of(words.registry, worse.version) is None


DAMAGED = {
    "cut short": b'{"model": "2026',
    "not text": b"\xff\xfe\x00",
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "without reasons": b'{"model": "x"}',
    "without the rest": b'{"blocked": [], "notes": []}',
    "reasons that are none": b'{"blocked": 5, "notes": []}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_verdict_is_none(words, worse, content):
    words.registry.add_report(worse.version, VERDICT, content)

    assert verdict_of(words.registry, worse.version) is None


def test_a_blocked_model_is_refused_with_the_first_reason(words, worse, found, now):
    found("language de: 0.9 -> 0.5", "category spam: 0.9 -> 0.1", "overall: 0.9 -> 0.4")
    champion, routed = words.registry.champion(), words.settings.category_routes()

    with pytest.raises(PromotionRefused) as refused:
        promote(words.registry, worse.version, routed, now, "user:ada")

    reason = f"the gate blocks {worse.version}: language de: 0.9 -> 0.5, and 2 more"
    assert (str(refused.value), words.registry.champion()) == (reason, champion)


def test_a_person_who_has_read_why_promotes_it_all_the_same(words, worse, found, now):
    found("overall: 0.9 -> 0.4")

    promote(words.registry, worse.version, words.settings.category_routes(), now, "user:ada", despite_gate=True)

    assert words.registry.champion() == worse.version


def test_despite_the_gate_every_category_still_needs_a_desk(words, worse, found, now):
    found("overall: 0.9 -> 0.4")

    with pytest.raises(PromotionRefused, match="knows categories that have no desk"):
        promote(words.registry, worse.version, ["order_status"], now, "user:ada", despite_gate=True)


def test_what_passed_is_promoted_and_is_no_challenger_any_more(words, worse, found, now):
    found()
    words.registry.set_challenger(worse.version)

    promote(words.registry, worse.version, words.settings.category_routes(), now, "user:ada")
    words.registry.rollback()

    assert words.registry.challenger() is None


def test_a_promotion_leaves_another_challenger_alone(words, worse, lay_model, now):
    other = lay_model(words, {"feedback": "complaint", "complaint": "feedback"})
    words.registry.set_challenger(other.version)

    promote(words.registry, worse.version, words.settings.category_routes(), now, "user:ada")

    assert words.registry.challenger() == other.version


def test_a_golden_inquiry_that_would_go_elsewhere_blocks_in_one_sentence(words, worse, now):
    text = "I forgot my password"
    swapped = {"account_access": "spam", "spam": "account_access"}
    words.store.golden_inquiries.add(now, "support", text, "user:anna")
    words.store.golden_inquiries.add(now, "orders", "Where is my order 48213?", "user:anna")
    champion = champion_of(words)
    assert golden_failures(words, champion, None) == (2, [])
    champion.classifier.classes_ = [swapped.get(str(one), str(one)) for one in champion.classifier.classes_]

    told = golden_failures(words, champion, champion_of(words))

    assert told == (2, [f"golden inquiry “{text}” must go to support, would go to junk"])


def test_the_sentence_shows_no_personal_data_and_not_too_much(words, worse, now):
    text = "I forgot my password.\nMy address is jan@example.com and my telephone is broken, please help me"
    words.store.golden_inquiries.add(now, "hr", text, "user:anna")

    _, [sentence] = golden_failures(words, worse, None)

    shown = sentence.removeprefix("golden inquiry “").partition("”")[0]
    assert "jan@example.com" not in sentence
    assert shown.startswith("I forgot my password. My address is ")
    assert (shown[-1], len(shown) <= 60, sentence.count("\n")) == ("…", True, 0)


def test_where_the_champion_leaves_it_to_triage_it_may_stay_there(words, now):
    words.store.golden_inquiries.add(now, "hr", JOB, "user:anna")
    unsure = champion_of(words)

    assert golden_failures(words, unsure, unsure) == (1, [])
    assert golden_failures(words, unsure, None) == (1, [])


def test_where_the_champion_was_sure_triage_is_a_failure(process, now):
    loket = process()
    loket.store.golden_inquiries.add(now, "hr", JOB, "user:anna")
    sure, unsure = loket.pipeline.champion.current(), champion_of(loket)

    told = f"golden inquiry “{JOB}” must go to hr, would go to triage"
    assert golden_failures(loket, unsure, sure) == (1, [told])
    assert golden_failures(loket, sure, unsure) == (1, [])


def test_in_triage_it_must_still_be_known_whose_it_is(words, worse, now):
    words.store.golden_inquiries.add(now, "hr", JOB, "user:anna")

    told = f"golden inquiry “{JOB}” must go to hr, would go to triage"
    assert golden_failures(words, worse, champion_of(words)) == (1, [told])


def test_a_golden_inquiry_is_read_in_its_translation(words, now):
    words.store.golden_inquiries.add(
        now,
        "support",
        "Ik ben mijn wachtwoord vergeten",
        "user:anna",
        text_en="I forgot my password",
        language="nl",
    )

    assert golden_failures(words, champion_of(words), None) == (1, [])


def test_a_golden_inquiry_goes_to_the_desk_of_a_categorys_present_name(process, now):
    loket = process(**WORDS, LOKET_CATEGORIES=json.dumps(_renamed(process(**WORDS).settings)))
    loket.store.golden_inquiries.add(now, "support", "I forgot my password", "user:anna")

    assert golden_failures(loket, champion_of(loket), None) == (1, [])


def _renamed(settings):
    tables = {name: one.model_dump(exclude_none=True) for name, one in settings.categories.items()}
    return tables | {"login": tables.pop("account_access") | {"formerly": ["account_access"]}}


def test_a_verdict_has_what_the_page_and_the_interface_show(found):
    assert set(asdict(found("x"))) >= {"model", "champion", "blocked", "notes", "golden", "replayed", "moved"}
    assert (gate.VERDICT, gate.PAGE) == ("verdict.json", "comparison.html")
