"""The language from all that is known: script before the form, the form as evidence, unknown before a guess."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from service.pipeline.decision import Language
from service.pipeline.detection.detector import Detector
from service.pipeline.detection.languages import LanguageCode, normalise
from training.dataset import evaluation_files, read

SITE = ("en", "nl", "de", "fr", "es")
GERMAN = "Ich möchte meine Bestellung stornieren, weil ich die falsche Lampe bestellt habe."
UNKNOWN = Language(code="und", confidence=0.0, source="none")


@pytest.fixture
def detector(engine):
    return Detector(engine, SITE)


def told(language):
    return language.code, language.script, language.source


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Waar blijft mijn bestelling?", "nl"),
        ("MEINE LAMPE IST DEFEKT UND ICH WILL MEIN GELD", "de"),
        ("¿Dónde está mi pedido? Llevo dos semanas esperando.", "es"),
        ("Siparişim nerede? İki haftadır bekliyorum.", "tr"),
        ("Где мой заказ? Я жду уже две недели", "ru"),
        ("أين طلبي؟ أنتظر منذ أسبوعين", "ar"),
    ],
)
def test_the_words_tell_the_language(detector, text, code):
    assert told(detector.detect(text)) == (code, None, "detector")


def test_nearly_all_of_the_evaluation_inquiries_are_told_right(detector):
    rows = [(path.stem, row.text) for path in evaluation_files() for row in read([path])]

    wrong = [text for code, text in rows if detector.detect(text).code != code]

    assert len(wrong) < 0.05 * len(rows)


@pytest.mark.parametrize(
    ("text", "code", "script"),
    [
        ("我爱北京天安门", "zh", "Hans"),
        ("我的訂單還沒到", "zh", "Hant"),
        ("注文した商品がまだ届きません", "ja", None),
        ("제 주문이 아직 안 왔어요", "ko", None),
    ],
)
@pytest.mark.parametrize("declared", [None, "nl", "ko-KR", "ru"])
def test_the_script_beats_what_the_form_declared(detector, text, code, script, declared):
    language = detector.detect(text, normalise(declared) if declared else None)

    assert told(language) == (code, script, "script")


def test_a_declared_language_of_another_script_is_no_evidence(detector):
    assert detector.detect("Где мой заказ?", LanguageCode("nl")) == UNKNOWN


@pytest.mark.parametrize("text", ["Retour", "Danke", "404 error", "order status"])
def test_of_a_few_words_the_form_decides(detector, text):
    declared = Language(code="fr", confidence=0.7, source="declared")

    assert detector.detect(text, LanguageCode("fr")) == declared


@pytest.mark.parametrize("declared", ["nl", "fr", "en", "tr"])
def test_a_clear_long_text_is_believed_over_the_form(detector, declared):
    assert told(detector.detect(GERMAN, LanguageCode(declared))) == ("de", None, "detector")


def test_an_unclear_longer_text_is_clear_with_the_form(detector):
    text = "Wil de lamp graag retour sturen"

    assert detector.detect(text) == UNKNOWN
    assert told(detector.detect(text, LanguageCode("nl"))) == ("nl", None, "detector")


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("waterkoker lekt onderaan, nog maar 7 maanden oud", "nl"),
        ("Jeg har ikke hørt noget fra jer", "da"),
        ("Kde je moje objednávka lampy", "cs"),
    ],
)
def test_between_close_languages_the_form_decides(detector, text, declared):
    assert detector.detect(text, LanguageCode(declared)).code == declared


def test_between_close_languages_without_a_form_the_site_decides(engine):
    text = "waterkoker lekt onderaan, nog maar 7 maanden oud"

    assert {site: Detector(engine, (site,)).detect(text).code for site in ("nl", "af")} == {"nl": "nl", "af": "af"}


def test_between_close_languages_the_site_decides_when_the_form_is_in_another(detector):
    text = "waterkoker lekt onderaan, nog maar 7 maanden oud"

    assert detector.detect(text, LanguageCode("en")).code == "nl"


def test_a_language_of_the_site_is_more_probable(engine):
    text = "Kan jeg returnere lampen til butikken?"

    of_the_site, of_another = (Detector(engine, (site,)).detect(text) for site in ("no", "en"))

    assert (of_the_site.code, of_another.code) == ("no", "no")
    assert of_the_site.confidence > of_another.confidence


@pytest.mark.parametrize(
    "text",
    ["", "12345", "!!!", "😀😀", "AB12-3456", "Hello", "Retour", "https://example.com/waar-is-mijn-bestelling"],
)
def test_digits_emoji_addresses_and_single_words_have_no_language(detector, text):
    assert detector.detect(text) == UNKNOWN


def test_a_short_text_is_believed_only_in_a_language_of_the_site(engine):
    found = {site: told(Detector(engine, (site,)).detect("Danke schön")) for site in ("de", "en")}

    assert found == {"de": ("de", None, "site"), "en": ("und", None, "none")}


def test_a_short_text_is_less_certain_than_a_long_one(detector):
    assert detector.detect("Danke schön").confidence < 0.6 < detector.detect(GERMAN).confidence


def test_addresses_and_order_numbers_do_not_count_as_words(detector):
    text = "Wo ist AB123456? anna@where-is-my-order.example https://where.is/my/order/please"

    assert detector.detect(text, LanguageCode("de")) == Language(code="de", confidence=0.7, source="declared")


def test_the_answer_is_the_same_in_many_threads(detector):
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(detector.detect, ["Hallo, meine Lampe geht nicht mehr an"] * 50))

    assert found == {detector.detect("Hallo, meine Lampe geht nicht mehr an")}


@pytest.mark.parametrize(("text", "declared"), [("領収書発行依頼", "ja"), ("וואו איז מיין באשטעלונג", "yi")])
def test_a_declared_language_of_the_same_script_is_believed(detector, text, declared):
    expected = Language(code=declared, confidence=0.7, source="declared")

    assert detector.detect(text, LanguageCode(declared)) == expected


def test_characters_that_no_japanese_writes_are_chinese(detector):
    assert detector.detect("我的订单还没到，请问什么时候发货？", LanguageCode("ja")).code == "zh"


def test_a_unit_is_no_language(detector):
    assert detector.detect("lamp 5 Ω") == UNKNOWN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我的SmartLight Pro灯泡坏了", "zh"),
        ("제 SmartLight Bridge 가 안 켜져요", "ko"),
        ("SmartLight Bridge Pro の電源が入りません", "ja"),
    ],
)
def test_a_product_name_does_not_hide_the_language(detector, text, code):
    assert detector.detect(text).code == code


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Hvenær kemur pöntunin mín? Ég hef beðið í tvær vikur eftir lampanum.", "is"),
        ("Где је моја поруџбина? Чекам већ две недеље.", "sr"),
    ],
)
def test_a_declared_language_that_the_engine_does_not_know_is_believed(detector, text, declared):
    expected = Language(code=declared, confidence=0.7, source="declared")

    assert detector.detect(text, LanguageCode(declared)) == expected


def test_a_language_of_the_site_is_told_whatever_the_form_declared(detector):
    assert told(detector.detect(GERMAN, LanguageCode("is"))) == ("de", None, "detector")


@pytest.mark.parametrize(
    ("text", "code"),
    [("Waar is mijn pakket?", "nl"), ("Wo ist mein Paket?", "de"), ("Où est mon colis ?", "fr")],
)
def test_a_short_text_in_a_language_of_the_site_is_not_taken_for_the_forms_english(detector, text, code):
    assert detector.detect(text, LanguageCode("en")).code == code


def test_a_short_text_in_a_language_far_from_the_form_is_unknown_rather_than_the_forms(detector):
    assert detector.detect("Gdzie jest moja paczka?", LanguageCode("en")).code in {"und", "pl"}
