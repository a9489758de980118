"""What leaves the house, and as what: the rules, and the pipeline that keeps them."""

import logging

import pytest

from model import configuration
from model.reading import Reading
from service.logs import JsonFormatter
from service.pipeline.classification import Champion
from service.pipeline.decision import Translation, Untranslated
from service.pipeline.detection.detector import Detector, Hints
from service.pipeline.detection.engines import open_engines
from service.pipeline.masking.masker import Masker
from service.pipeline.pipeline import InquiryText, Pipeline
from service.pipeline.privacy import Policy, PrivacyRules
from service.pipeline.routing import CategoryRoute, Router
from service.pipeline.translation.line import Bounds, Line
from service.pipeline.translation.provider import Limits, ProviderFailed
from service.pipeline.translation.records import NothingKept
from service.pipeline.translation.translator import Translator
from service.settings import check

NEVER, MASKED, PLAIN = Policy.NEVER, Policy.MASKED, Policy.PLAIN
ROUTES = {
    "order_status": CategoryRoute("orders", 0.0),
    "return_refund": CategoryRoute("returns", 0.0),
    "account_access": CategoryRoute("support", 0.0),
}
DUTCH = "Waar blijft mijn bestelling? Ik wacht al twee weken op mijn pakket."
OF_SUPPORT = "Mijn password van mijn account werkt niet meer, de login faalt."
OF_ORDERS = "Wanneer komt mijn order? De tracking page geeft de delivery date van mijn parcel niet."
OF_BOTH = "Waar blijft mijn bestelling? Where is my order?\n\nIk kom niet binnen, I cannot log in to my account."
PERSONAL = ("Marieke", "de Vries", "marieke@example.nl", "06 12345678", "NL91 ABNA 0417 1643 00")
WITH_PERSONAL = f"{DUTCH} Groeten, {PERSONAL[0]} {PERSONAL[1]}, {PERSONAL[2]}, {PERSONAL[3]}, {PERSONAL[4]}"
NAME = "Marieke de Vries"
ANSWER = "Where is my order? I have been waiting for my parcel for two weeks now, and nothing has come."


class Recording:
    """Keeps what it was asked."""

    limits = Limits()

    def __init__(self, *, local=False, reason=None):
        self.name = "inside" if local else "outside"
        self.local = local
        self.reason = reason
        self.asked = []

    def translate(self, text, source):
        self.asked.append(text)
        if self.reason:
            raise ProviderFailed(self.reason)
        return ANSWER


class Remembering(NothingKept):
    """A memory alone."""

    def __init__(self):
        self.known = {}

    def recall(self, keys):
        return {key: self.known[key] for key in keys if key in self.known}

    def remember(self, key, provider, text_en):
        self.known[key] = text_en


@pytest.fixture(scope="module")
def detector():
    return Detector(open_engines(), ("en", "nl", "de"))


@pytest.fixture
def decide(detector, registry, add_version, now):
    """Decide an inquiry by rules, through the pipeline with a small model."""
    registry.promote(add_version(now), set(ROUTES))

    def run(inquiry, rules, *providers, records=None, champion=None, routes=ROUTES):
        lines = [Line(provider, Bounds(attempts=1)) for provider in providers]
        translator = Translator(
            lines, deadline_seconds=30.0, detect=detector.detect, masker=Masker(), records=records, home=["NL"]
        )
        pipeline = Pipeline(detector, translator, champion or Champion(registry), Router(routes, {}), privacy=rules)
        return pipeline.decide(inquiry)

    return run


@pytest.mark.parametrize(
    ("country", "desks", "policy"),
    [
        (None, [], NEVER),
        (None, ["orders"], NEVER),
        ("NL", [], MASKED),
        ("DE", [], NEVER),
        ("US", [], PLAIN),
        ("NL", ["hr"], NEVER),
        ("NL", ["orders"], MASKED),
        ("US", ["orders"], PLAIN),
        ("US", ["care"], MASKED),
        ("US", ["care", "orders", "hr"], NEVER),
        ("DE", ["orders"], NEVER),
        ("US", ["unheard_of"], PLAIN),
    ],
)
def test_of_country_and_desks_the_strictest_wins(country, desks, policy):
    rules = PrivacyRules(MASKED, {"DE": NEVER, "US": PLAIN}, {"hr": NEVER, "care": MASKED, "orders": PLAIN})

    assert rules.policy(country, desks) is policy


def test_where_nothing_is_said_texts_are_masked():
    assert PrivacyRules().policy(None) is MASKED


@pytest.mark.parametrize(
    ("default", "countries", "policy"),
    [
        (PLAIN, {"US": MASKED}, MASKED),
        (MASKED, {"US": PLAIN}, MASKED),
        (PLAIN, {"US": MASKED, "DE": NEVER}, NEVER),
        (PLAIN, {}, PLAIN),
    ],
)
def test_where_the_country_is_not_known_the_strictest_of_all_holds(default, countries, policy):
    assert PrivacyRules(default, countries).policy(None) is policy


@pytest.mark.parametrize(
    ("said", "desks", "policy"), [(PLAIN, [], PLAIN), (MASKED, [], MASKED), (PLAIN, ["hr"], NEVER)]
)
def test_what_is_said_of_unknown_countries_holds_in_their_place(said, desks, policy):
    rules = PrivacyRules(MASKED, {"DE": NEVER}, {"hr": NEVER}, unknown_country=said)

    assert (rules.policy(None, desks), rules.policy("DE")) == (policy, NEVER)


def test_never_asks_only_providers_inside_the_house(decide):
    outside, inside = Recording(), Recording(local=True)

    decision = decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(NEVER), outside, inside)

    assert (decision.translation.provider, outside.asked, len(inside.asked)) == ("inside", [], 1)


def test_never_with_nobody_inside_says_that_it_was_kept_inside(decide):
    outside = Recording()

    decision = decide(InquiryText(DUTCH), PrivacyRules(NEVER), outside)

    assert decision.translation == Translation(status="unavailable", reason=Untranslated.KEPT_INSIDE)
    assert outside.asked == []


def test_never_asks_nobody_outside_when_those_inside_fail(decide):
    outside, inside = Recording(), Recording(local=True, reason=Untranslated.UNREACHABLE)

    decision = decide(InquiryText(DUTCH), PrivacyRules(NEVER), inside, outside)

    assert (decision.translation.reason, outside.asked) == (Untranslated.UNREACHABLE, [])


def test_never_does_not_read_what_an_outside_provider_translated_before(decide):
    memory, outside = Remembering(), Recording()
    decide(InquiryText(DUTCH), PrivacyRules(MASKED), outside, records=memory)

    decision = decide(InquiryText(DUTCH), PrivacyRules(NEVER), outside, records=memory)

    assert decision.translation.reason is Untranslated.KEPT_INSIDE


@pytest.mark.parametrize(("country", "asked"), [("DE", 0), ("NL", 1), (None, 0)])
def test_the_visitors_country_decides(decide, country, asked):
    outside = Recording()

    decide(InquiryText(DUTCH, hints=Hints(country=country)), PrivacyRules(countries={"DE": NEVER}), outside)

    assert len(outside.asked) == asked


def test_masked_sends_placeholders_only_and_gives_everything_back_to_us(decide):
    outside = Recording()

    decision = decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(MASKED), outside)

    assert outside.asked == [f"{DUTCH} Groeten, [[1]], [[2]], [[3]], [[4]]"]
    assert decision.intents[0].text == WITH_PERSONAL


def test_the_subject_is_masked_as_well(decide):
    outside = Recording()

    decide(InquiryText(DUTCH, subject="Vraag van Marieke", name=NAME), PrivacyRules(MASKED), outside)

    assert outside.asked == [f"Vraag van [[1]]\n\n{DUTCH}"]


def test_providers_inside_get_placeholders_too(decide):
    inside = Recording(local=True)

    decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(NEVER), inside)

    assert not any(piece in text for text in inside.asked for piece in PERSONAL)


def test_plain_sends_the_text(decide):
    outside = Recording()

    decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(PLAIN), outside)

    assert outside.asked == [WITH_PERSONAL]


@pytest.mark.parametrize(("text", "remembered"), [(WITH_PERSONAL, 0), (DUTCH, 1)], ids=["personal", "nobody's"])
def test_plain_fills_the_shared_memory_only_without_personal_data(decide, text, remembered):
    memory = Remembering()

    decide(InquiryText(text, name=NAME), PrivacyRules(PLAIN), Recording(), records=memory)

    assert len(memory.known) == remembered


def test_what_is_remembered_is_masked(decide):
    memory = Remembering()
    echo = Recording()
    echo.translate = lambda text, source: f"{ANSWER} Regards, {text.rpartition('Groeten, ')[2]}"

    decision = decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(MASKED), echo, records=memory)

    assert list(memory.known.values()) == [f"{ANSWER} Regards, [[1]], [[2]], [[3]], [[4]]"]
    assert decision.translation.text == f"{ANSWER} Regards, {WITH_PERSONAL.rpartition('Groeten, ')[2]}"


def test_a_remembered_translation_gets_the_data_of_who_asks_now(decide):
    memory, echo = Remembering(), Recording()
    echo.translate = lambda text, source: f"{ANSWER} {text.rpartition(' ')[2]}"
    decide(InquiryText(f"{DUTCH} anna@example.nl"), PrivacyRules(), echo, records=memory)

    decision = decide(InquiryText(f"{DUTCH} bob@example.nl"), PrivacyRules(), Recording(), records=memory)

    assert (decision.translation.cached, decision.translation.text) == (True, f"{ANSWER} bob@example.nl")


@pytest.mark.parametrize(
    ("text", "asked"), [(OF_SUPPORT, 0), (DUTCH, 0), (OF_ORDERS, 1)], ids=["surely", "possibly", "surely not"]
)
def test_a_desks_never_keeps_inside_what_the_untranslated_text_may_be_for(decide, text, asked):
    outside = Recording()

    decide(InquiryText(text), PrivacyRules(desks={"support": NEVER}), outside)

    assert len(outside.asked) == asked


def test_a_desks_never_keeps_inside_what_asks_it_something_second(decide):
    outside = Recording()

    decide(InquiryText(OF_BOTH), PrivacyRules(desks={"support": NEVER}), outside)

    assert outside.asked == []


def test_what_triage_keeps_inside_is_kept_inside_of_every_text(decide):
    outside = Recording()

    for text in (OF_SUPPORT, OF_ORDERS, OF_BOTH, DUTCH):
        decide(InquiryText(text), PrivacyRules(desks={"triage": NEVER}), outside)

    assert outside.asked == []


def test_the_desk_on_which_it_lies_already_has_a_say(decide):
    outside = Recording()

    decide(InquiryText(OF_ORDERS, desks=frozenset({"support"})), PrivacyRules(desks={"support": NEVER}), outside)

    assert outside.asked == []


def test_a_desks_never_holds_however_many_others_are_as_probable(decide, trained_registry, trained):
    text = "El Gateway 4 admet més de 32 dispositius o n'he de comprar un altre per 79,99?"
    settings = check(configuration.read({"LOKET_DATA_DIR": str(trained)}))
    champion = Champion(trained_registry)
    classifier = champion.current().classifier
    row = classifier.predict_proba([Reading(text, None)])[0]
    routes = settings.category_routes()
    possible = {routes[str(name)].desk for name, p in zip(classifier.classes_, row, strict=True) if p >= 0.05}

    outside = Recording()
    for desk in sorted(possible):
        rules = PrivacyRules(desks={desk: NEVER})
        decide(InquiryText(text), rules, outside, champion=champion, routes=routes)

    assert outside.asked == []


def test_without_a_model_every_desks_rule_holds(detector, registry):
    outside = Recording()
    translator = Translator([Line(outside, Bounds())], deadline_seconds=30.0, detect=detector.detect)
    rules = PrivacyRules(PLAIN, desks={"support": NEVER, "orders": MASKED})

    Pipeline(detector, translator, Champion(registry), Router(ROUTES, {}), privacy=rules).decide(InquiryText(DUTCH))

    assert outside.asked == []


@pytest.mark.parametrize("reason", [None, Untranslated.BAD_ANSWER, Untranslated.QUOTA])
@pytest.mark.parametrize("policy", list(Policy))
def test_nothing_personal_stands_in_any_log_record(decide, caplog, policy, reason):
    providers = (Recording(reason=reason), Recording(local=True, reason=reason))

    with caplog.at_level(logging.DEBUG):
        decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(policy), *providers)

    lines = [JsonFormatter().format(record) + str(vars(record)) for record in caplog.records]
    assert bool(lines) or reason is None
    assert not [line for line in lines if any(piece in line for piece in (*PERSONAL, DUTCH))]


def test_a_provider_that_breaks_with_the_text_in_its_error_leaves_no_trace_of_it(decide, caplog):
    broken = Recording()

    def break_down(text, source):
        raise RuntimeError(f"cannot read {WITH_PERSONAL}")

    broken.translate = break_down
    with caplog.at_level(logging.DEBUG):
        decide(InquiryText(WITH_PERSONAL, name=NAME), PrivacyRules(PLAIN), broken)

    lines = [JsonFormatter().format(record) + str(vars(record)) for record in caplog.records]
    assert lines
    assert not [line for line in lines if any(piece in line for piece in (*PERSONAL, DUTCH))]
