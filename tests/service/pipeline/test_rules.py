"""Which rule fits, which is the first, where it sends, and which rules nothing reaches."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from model.prediction import Prediction
from service.pipeline.classification import Serving
from service.pipeline.routing import CategoryRoute, DeskTerms, Router
from service.pipeline.rule_cover import unreached
from service.pipeline.rules import NOT_UNDERSTOOD, Facts, Priority, Request
from service.route_settings import CalendarSettings, CustomerSettings, RouteSettings, rules_of

OPEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in the office
CLOSED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CATEGORIES = {"sales_quote": "sales", "order_status": "orders", "complaint": "care"}
OFFICE = CalendarSettings(zone="Europe/Amsterdam", hours=dict.fromkeys(("mon", "tue"), ("09:00-17:00",)))
CUSTOMERS = {
    "business": {"fields": {"vat_number": "*", "company_size": ">= 10"}, "domains": ["big.example"]},
    "private": {"domains": ["mail.example", "post.example"]},
    "partner": {"other_domains": True},
}
QUOTE = Request("sales_quote", 0.85, certain=True)
FACTS = Facts(
    language="de", country="AT", channel="shop", fields={"form": "B2B", "order_value": 1000, "product": "Lamp"},
    email_domain="shop.big.example", received_at=OPEN, at=OPEN,
)  # fmt: skip


def a_rule(**said):
    """A rule that sends to a desk, unless it says something else."""
    return {"name": "the rule", "desk": "vip"} | said


@pytest.fixture
def rules():
    """The rules of these tables of the configuration."""

    def make(*tables):
        routes = [RouteSettings.model_validate(table) for table in tables]
        customers = {name: CustomerSettings.model_validate(table) for name, table in CUSTOMERS.items()}
        return rules_of(routes, customers, {"office": OFFICE}, {"quotation": "sales_quote"})

    return make


@pytest.fixture
def fits(rules):
    """Whether a rule with these conditions fits."""

    def ask(said, request=QUOTE, facts=FACTS, **known):
        return rules(a_rule(**said)).first(request, replace(facts, **known)) is not None

    return ask


@pytest.fixture
def router(rules):
    """A router with these rules, to which every category is certain from 0.8 on; desks may have terms."""

    def make(*tables, **terms):
        routes = {name: CategoryRoute(desk, 0.8) for name, desk in CATEGORIES.items()}
        return Router(routes, {}, rules(*tables), terms)

    return make


@pytest.fixture
def route(router):
    """The route of one request under one rule."""

    def ask(said, category="sales_quote", confidence=0.85, facts=FACTS, **terms):
        prediction = Prediction(category, confidence, alternatives=(), explanation=())
        return router(a_rule(**said), **terms).route(prediction, category, confidence, Serving("v", None), facts)

    return ask


@pytest.mark.parametrize(
    ("condition", "fitting", "unfit"),
    [
        ({"category": "sales_quote"}, {"request": QUOTE}, {"request": Request("complaint", 0.85, True)}),
        ({"category": ["x", "sales_quote"]}, {"request": QUOTE}, {"request": NOT_UNDERSTOOD}),
        ({"category": "quotation"}, {"request": QUOTE}, {"request": Request("quotation", 0.85, True)}),
        ({"confidence": ">= 0.85"}, {"request": QUOTE}, {"request": Request("sales_quote", 0.84, True)}),
        ({"confidence": "> 0.8, < 0.9"}, {"request": QUOTE}, {"request": Request("sales_quote", 0.9, True)}),
        ({"language": ["de", "nl"]}, {"language": "de"}, {"language": "und"}),
        ({"language": "zh-TW"}, {"language": "zh"}, {"language": None}),
        ({"country": ["at", "CH"]}, {"country": "AT"}, {"country": "DE"}),
        ({"country": "AT"}, {"country": "AT"}, {"country": None}),
        ({"channel": ["shop"]}, {"channel": "shop"}, {"channel": "web"}),
        ({"channel": "shop"}, {"channel": "shop"}, {"channel": None}),
        ({"form": "b2b"}, {"fields": {"form": " B2B "}}, {"fields": {"form": "b2b2"}}),
        ({"form": "b2b"}, {"fields": {"form": "b2b"}}, {"fields": {}}),
        ({"fields": {"value": ">= 1000"}}, {"fields": {"value": 1000}}, {"fields": {"value": 999.99}}),
        ({"fields": {"value": ">= 1000"}}, {"fields": {"value": "1000.50"}}, {"fields": {"value": "a lot"}}),
        ({"fields": {"value": "< 5"}}, {"fields": {"value": "-3"}}, {"fields": {"value": "5"}}),
        ({"fields": {"value": "<= 5"}}, {"fields": {"value": 5}}, {"fields": {"value": 5.1}}),
        ({"fields": {"value": "= 5"}}, {"fields": {"value": "5.0"}}, {"fields": {"value": True}}),
        ({"fields": {"value": "> 5"}}, {"fields": {"value": 6}}, {"fields": {"value": None}}),
        ({"fields": {"product": ["lamp", 7]}}, {"fields": {"product": "LAMP"}}, {"fields": {"product": "lamps"}}),
        ({"fields": {"product": ["lamp", 7]}}, {"fields": {"product": 7.0}}, {"fields": {"product": 71}}),
        ({"fields": {"product": "lamp"}}, {"fields": {"product": "Bulb, Lamp"}}, {"fields": {"product": "Bulb"}}),
        ({"fields": {"gift": True}}, {"fields": {"gift": True}}, {"fields": {"gift": False}}),
        ({"fields": {"vat": "*"}}, {"fields": {"vat": "AT1"}}, {"fields": {"vat": " "}}),
        ({"fields": {"vat": "*"}}, {"fields": {"vat": 0}}, {"fields": {}}),
        ({"hours": {"calendar": "office", "open": True}}, {"at": OPEN}, {"at": CLOSED}),
        ({"hours": {"calendar": "office", "open": False}}, {"at": CLOSED}, {"at": OPEN}),
        ({"hours": {"calendar": "office", "open": False}}, {"at": CLOSED}, {"at": None}),
        ({"customer": "business"}, {"email_domain": "big.example"}, {"email_domain": "notbig.example"}),
        ({"customer": "business"}, {"fields": {"vat_number": "X"}}, {"fields": {}, "email_domain": None}),
        ({"customer": "business"}, {"fields": {"company_size": 10}}, {"fields": {}, "email_domain": None}),
        ({"customer": "private"}, {"email_domain": "mail.example"}, {"email_domain": "big.example"}),
        ({"customer": ["private"]}, {"email_domain": "post.example"}, {"email_domain": "other.example"}),
        ({"customer": "partner"}, {"email_domain": "other.example"}, {"email_domain": "mail.example"}),
        ({"customer": "partner"}, {"email_domain": "other.example"}, {"email_domain": None}),
        (
            {"category": "sales_quote", "language": "de", "fields": {"order_value": ">= 1000"}, "form": "b2b"},
            {"language": "de"},
            {"language": "nl"},
        ),
    ],
)  # fmt: skip
def test_a_condition_fits_what_it_says_and_nothing_else(fits, condition, fitting, unfit):
    assert fits(condition, **fitting)
    assert not fits(condition, **unfit)


def test_a_rule_without_conditions_fits_everything(fits):
    assert fits({})
    assert fits({}, NOT_UNDERSTOOD, Facts())


@pytest.mark.parametrize("condition", [{"category": "sales_quote"}, {"confidence": "> 0"}])
def test_what_is_not_certain_fits_only_a_rule_that_takes_it_all_the_same(fits, condition):
    unsure = replace(QUOTE, certain=False)

    assert not fits(condition, unsure)
    assert fits(condition | {"even_if_uncertain": True}, unsure)


@pytest.mark.parametrize("condition", [{"form": "b2b"}, {"channel": "shop"}, {"language": "de"}, {}])
def test_a_rule_that_asks_for_no_category_fits_what_no_model_understood(fits, condition):
    assert fits(condition, NOT_UNDERSTOOD)


@pytest.mark.parametrize("seed", range(30))
def test_the_first_that_fits_is_followed(rules, seed):
    """Whatever the rules and the inquiry, none before the one that is followed fits alone."""
    dice = random.Random(seed)
    tables = [_random_rule(dice, number) for number in range(8)]
    book = rules(*tables)
    for _ in range(40):
        request, facts = _random_inquiry(dice)
        alone = [rules(table).first(request, facts) is not None for table in tables]

        found = book.first(request, facts)

        assert (found.name if found else None) == (tables[alone.index(True)]["name"] if any(alone) else None)


@pytest.mark.parametrize("seed", range(60))
def test_no_inquiry_is_followed_to_a_rule_that_is_called_unreachable(rules, seed):
    dice = random.Random(seed)
    tables = [_random_rule(dice, number) for number in range(10)]
    lost = {one.rule.name for one in unreached(_made(tables), CATEGORIES)}
    book = rules(*tables)
    inquiries = (_random_inquiry(dice) for _ in range(1_500))
    reached = {rule.name for request, facts in inquiries if (rule := book.first(request, facts))}

    assert not lost & reached


def test_the_search_for_unreachable_rules_finds_some_and_misses_few(rules):
    """Of the rules that thousands of random inquiries did not reach, most are told."""
    lost, missed = 0, 0
    for seed in range(40):
        dice = random.Random(seed)
        tables = [_random_rule(dice, number) for number in range(10)]
        told = {one.rule.name for one in unreached(_made(tables), CATEGORIES)}
        book = rules(*tables)
        inquiries = (_random_inquiry(dice) for _ in range(1_500))
        reached = {rule.name for request, facts in inquiries if (rule := book.first(request, facts))}
        lost, missed = lost + len(told), missed + len({table["name"] for table in tables} - reached - told)

    assert lost > 20
    assert missed < lost / 4


@pytest.mark.parametrize(
    ("tables", "lost"),
    [
        ([{}, {"form": "b2b"}], [1]),
        ([{"form": "b2b"}, {}], []),
        ([{"category": ["sales_quote", "complaint"]}, {"category": "complaint"}], [1]),
        ([{"category": "complaint"}, {"category": ["sales_quote", "complaint"]}], []),
        ([{"category": "complaint"}, {"category": "sales_quote"}, {"category": ["sales_quote", "complaint"]}], [2]),
        ([{"category": "complaint"}, {"category": "complaint", "even_if_uncertain": True}], []),
        ([{"category": "complaint", "even_if_uncertain": True}, {"category": "complaint"}], [1]),
        ([{"category": [*CATEGORIES]}, {"confidence": ">= 0.9"}], [1]),
        ([{"category": [*CATEGORIES]}, {"form": "b2b"}], []),
        ([{"confidence": ">= 0"}, {"category": "complaint"}], [1]),
        ([{"confidence": ">= 0.5"}, {"confidence": ">= 0.6"}], [1]),
        ([{"confidence": ">= 0.6"}, {"confidence": ">= 0.5"}], []),
        ([{"confidence": "< 0.5"}, {"confidence": ">= 0.5"}, {"category": "complaint"}], [2]),
        ([{"confidence": "< 0.5"}, {"confidence": "> 0.5"}, {"category": "complaint"}], []),
        ([{"confidence": "> 1"}], [0]),
        ([{"fields": {"value": ">= 5, < 5"}}], [0]),
        ([{"fields": {"value": ">= 5"}}, {"fields": {"value": [5, 7]}}], [1]),
        ([{"fields": {"value": ">= 5"}}, {"fields": {"value": [5, "many"]}}], []),
        ([{"fields": {"value": "*"}}, {"fields": {"value": "> 3"}}], [1]),
        ([{"fields": {"value": "< 3"}}, {"fields": {"value": ">= 3"}}, {"fields": {"value": "*"}}], []),
        ([{"hours": {"calendar": "office", "open": True}}, {"hours": {"calendar": "office", "open": False}},
          {"form": "b2b"}], [2]),
        ([{"language": "de", "country": "AT"}, {"language": "de"}, {"country": "AT", "language": ["de"]}], [2]),
        ([{"language": "de"}, {"country": "AT"}, {"language": ["de", "nl"], "country": "AT"}], [2]),
    ],
)  # fmt: skip
def test_a_rule_is_unreachable_where_those_before_it_fit_all_that_it_fits(tables, lost):
    named = [a_rule(**said) | {"name": f"rule {number}"} for number, said in enumerate(tables)]

    assert [one.rule.name for one in unreached(_made(named), CATEGORIES)] == [f"rule {number}" for number in lost]


def test_an_unreachable_rule_names_those_that_take_its_inquiries():
    tables = [
        a_rule(name="other", channel="web"),
        a_rule(name="half", category="sales_quote"),
        a_rule(name="rest", category="complaint"),
        a_rule(name="lost", category=["sales_quote", "complaint"]),
    ]

    found = unreached(_made(tables), CATEGORIES)

    assert [(one.rule.name, one.covered_by) for one in found] == [("lost", ("half", "rest"))]


def test_a_rule_gives_desk_priority_and_due_time_and_explains_itself(route):
    said = {"name": "vip quotes", "category": "sales_quote", "language": "de", "priority": "high", "due": "4h"}

    found = route(said, vip=DeskTerms(OFFICE.calendar, due=HOUR))

    assert (found.desk, found.automatic, found.rule, found.priority) == ("vip", True, "vip quotes", Priority.HIGH)
    assert found.reason == "rule 'vip quotes': category sales_quote, language de"
    assert found.due_at == OPEN + 4 * HOUR


def test_a_rule_without_a_desk_leaves_the_category_its_desk(route):
    found = route({"desk": None, "priority": "urgent", "customer": "business"})

    assert (found.desk, found.priority, found.rule) == ("sales", "urgent", "the rule")
    assert found.reason == "category sales_quote (rule 'the rule': customer business)"


def test_a_rule_without_a_desk_leaves_the_uncertain_in_triage_and_hurries_it(route):
    found = route({"desk": None, "priority": "urgent", "customer": "business"}, confidence=0.79)

    assert (found.desk, found.automatic, found.priority) == ("triage", False, "urgent")


@pytest.mark.parametrize(("confidence", "desk"), [(0.79, "triage"), (0.8, "vip")])
def test_certainty_still_holds_for_a_rule_that_reads_the_category(route, confidence, desk):
    assert route({"category": "sales_quote"}, confidence=confidence).desk == desk


@pytest.mark.parametrize("said", [{"category": "sales_quote", "even_if_uncertain": True}, {"form": "b2b"}])
def test_a_rule_may_route_what_is_uncertain_but_it_does_not_make_it_certain(route, said):
    found = route(said, confidence=0.1)

    assert (found.desk, found.automatic) == ("vip", False)


def test_the_first_that_fits_wins_whole(router):
    first, second = a_rule(name="first", desk=None, priority="low"), a_rule(name="second", due="1h")

    found = router(first, second).route_again(QUOTE, FACTS)

    assert (found.desk, found.priority, found.due_at, found.rule) == ("sales", "low", None, "first")


def test_without_a_rule_that_fits_all_is_as_the_category_has_it(route):
    found = route({"channel": "mail"})

    assert (found.desk, found.reason) == ("sales", "category sales_quote")
    assert (found.rule, found.priority, found.due_at) == (None, "normal", None)


def test_what_no_model_understood_goes_by_rules_or_to_triage(router):
    press = router(a_rule(name="press", form="b2b", desk="press"))

    assert press.route_unread("no model can be loaded", FACTS).desk == "press"
    assert press.route_unread("no model can be loaded", Facts()).desk == "triage"
    assert press.route_unread("no model can be loaded", Facts()).reason == "no model can be loaded"


def test_a_desk_has_a_due_time_of_its_own_in_its_own_hours(router):
    terms = DeskTerms(OFFICE.calendar, due=2 * HOUR)

    found = router(sales=terms).route_again(QUOTE, replace(FACTS, received_at=CLOSED))

    assert found.due_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # Monday, eleven o'clock


def test_due_times_count_from_receipt_and_hours_from_routing(router):
    late = replace(FACTS, received_at=CLOSED, at=OPEN)
    terms = DeskTerms(OFFICE.calendar, due=HOUR, after_hours="night")

    found = router(sales=terms).route_again(QUOTE, late)

    assert (found.desk, found.due_at) == ("sales", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize(("at", "desk"), [(OPEN, "sales"), (CLOSED, "night"), (None, "sales")])
def test_a_second_desk_answers_after_hours(router, at, desk):
    found = router(sales=DeskTerms(OFFICE.calendar, after_hours="night")).route_again(QUOTE, replace(FACTS, at=at))

    assert found.desk == desk
    assert found.reason == "category sales_quote" + (" (sales is closed)" if desk == "night" else "")


def test_the_second_desk_of_the_second_desk_answers_when_that_is_closed_too(router):
    closed = OFFICE.calendar
    terms = {"sales": DeskTerms(closed, after_hours="asia"), "asia": DeskTerms(closed, after_hours="america")}

    assert router(**terms).route_again(QUOTE, replace(FACTS, at=CLOSED)).desk == "america"


def test_where_every_desk_of_a_ring_is_closed_the_first_keeps_it(router):
    closed = OFFICE.calendar
    terms = {"sales": DeskTerms(closed, after_hours="asia"), "asia": DeskTerms(closed, after_hours="sales")}

    assert router(**terms).route_again(QUOTE, replace(FACTS, at=CLOSED)).desk == "sales"


def test_the_desks_of_rules_that_may_fit_have_a_say_in_what_leaves_the_house(rules):
    book = rules(
        a_rule(name="quotes", category="sales_quote", confidence="> 0.9", desk="vip"),
        a_rule(name="complaints", category="complaint", desk="board"),
        a_rule(name="german", language="de", desk="german"),
        a_rule(name="press", form="press", desk="press"),
        a_rule(name="nights", hours={"calendar": "office", "open": False}, desk="night"),
    )

    assert book.possible_desks(["sales_quote"], FACTS) == {"vip", "german", "night"}


def _made(tables):
    return [RouteSettings.model_validate(table).rule({}) for table in tables]


def _random_rule(dice, number):
    choices = {
        "category": [["sales_quote"], ["order_status", "complaint"], [*CATEGORIES]],
        "confidence": [">= 0.5", "< 0.9", "> 0.2, <= 0.7"],
        "language": [["de"], ["de", "nl"]],
        "channel": [["web"], ["web", "shop"]],
        "fields": [{"value": ">= 5"}, {"value": "< 7"}, {"value": [5, "many"]}, {"value": "*"}],
        "hours": [{"calendar": "office", "open": True}, {"calendar": "office", "open": False}],
        "even_if_uncertain": [True],
    }
    said = dice.sample(sorted(choices), dice.choice([0, 1, 1, 2, 2, 3]))
    return {"name": f"rule {number}", "desk": "vip"} | {name: dice.choice(choices[name]) for name in said}


def _random_inquiry(dice):
    category = dice.choice([*CATEGORIES, None])
    confidence = dice.choice([0.0, 0.2, 0.3, 0.5, 0.6, 0.7, 0.9, 1.0]) if category else None
    value = dice.choice([None, "", "5", 5, 6, 7, 4.5, "many", "something", "4, 9", "many, 5"])
    facts = Facts(
        language=dice.choice(["de", "nl", "en", None]), channel=dice.choice(["web", "shop", "mail", None]),
        fields={"value": value}, at=dice.choice([OPEN, CLOSED]),
    )  # fmt: skip
    return Request(category, confidence, bool(category) and dice.random() < 0.7), facts
