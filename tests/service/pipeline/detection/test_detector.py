"""The language from all that is known: script before the form, clear words before hints, unknown before a guess."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from model.text import clean
from service.pipeline.decision import Language
from service.pipeline.detection.detector import Detector, Hints
from service.pipeline.detection.languages import normalise
from training.dataset import evaluation_files, read

GERMAN = "Ich möchte meine Bestellung stornieren, weil ich die falsche Lampe bestellt habe."
UNKNOWN = Language(code="und", confidence=0.0, source="none")
QUOTING = """Bedankt, maar de lamp doet het nog steeds niet.

Am 3. März 2026 um 10:12 schrieb Kundenservice <service@example.com>:
> Sehr geehrte Kundin, vielen Dank für Ihre Nachricht. Bitte schalten Sie die
> Lampe aus und wieder ein, und warten Sie danach bitte mindestens zehn Minuten.
> Falls sie dann noch immer nicht leuchtet, schicken wir Ihnen gerne eine neue.
> Mit freundlichen Grüßen, Ihr Kundenservice
"""


def told(language):
    return language.code, language.script, language.source


def on_form(tag):
    return Hints(normalise(tag))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Waar blijft mijn bestelling?", "nl"),
        ("MEINE LAMPE IST DEFEKT UND ICH WILL MEIN GELD", "de"),
        ("¿Dónde está mi pedido? Llevo dos semanas esperando.", "es"),
        ("Siparişim nerede? İki haftadır bekliyorum.", "tr"),
        ("Kvar er pakka mi? Eg har venta på henne i to veker no.", "no"),
        ("Где мой заказ? Я жду уже две недели", "ru"),
        ("أين طلبي؟ أنتظر منذ أسبوعين", "ar"),
        ("मेरा ऑर्डर अभी तक नहीं आया है", "hi"),
    ],
)
def test_the_words_tell_the_language(detector, text, code):
    assert told(detector.detect(text)) == (code, None, "detector")


def test_nearly_all_of_the_evaluation_inquiries_are_told_right(detector):
    rows = [(path.stem, row.text) for path in evaluation_files() for row in read([path])]

    wrong = [text for code, text in rows if detector.detect(text).code != code]

    assert len(wrong) < 0.03 * len(rows)


@pytest.mark.parametrize(
    ("text", "code", "script"),
    [
        ("我爱北京天安门", "zh", "Hans"),
        ("我的訂單還沒到", "zh", "Hant"),
        ("注文した商品がまだ届きません", "ja", None),
        ("제 주문이 아직 안 왔어요", "ko", None),
    ],
)
@pytest.mark.parametrize("hints", [Hints(), *map(on_form, ("nl", "ko-KR", "ru", "zh-HK"))])
def test_the_script_beats_what_the_form_declared(detector, text, code, script, hints):
    assert told(detector.detect(text, hints)) == (code, script, "script")


@pytest.mark.parametrize("text", ["Retour", "Danke", "404 error"])
def test_of_a_single_word_the_form_decides(detector, text):
    expected = Language(code="fr", confidence=0.7, source="declared")

    assert detector.detect(text, on_form("fr")) == expected


@pytest.mark.parametrize("text", ["Retour ?", "- Retour", "Danke :)", "Hallo 👍"])
def test_a_sign_is_no_second_word(detector, text):
    assert told(detector.detect(text, on_form("es"))) == ("es", None, "declared")
    assert detector.detect(text, on_form("es")).confidence == 0.7
    assert detector.detect(text) == UNKNOWN


@pytest.mark.parametrize("declared", ["nl", "fr", "en", "tr", "is", "pl"])
def test_a_clear_long_text_is_believed_over_the_form(detector, declared):
    assert told(detector.detect(GERMAN, on_form(declared))) == ("de", None, "detector")


def test_an_unclear_text_is_clear_with_the_form(detector):
    text = "ne zelim više primati vaše oglase, uklonite moju adresu e-pošte odmah"

    assert detector.detect(text) == UNKNOWN
    assert told(detector.detect(text, on_form("hr"))) == ("hr", None, "declared")


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("waterkoker lekt onderaan, nog maar 7 maanden oud", "nl"),
        ("Jeg har ikke hørt noget fra jer", "da"),
        ("Hvor er pakken?", "da"),
        ("Hvor er pakken?", "nb"),
        ("Kde je moje objednávka lampy", "cs"),
        ("Kde je moje objednávka lampy", "sk"),
    ],
)
def test_between_close_languages_the_form_decides(detector, text, declared):
    assert detector.detect(text, on_form(declared)).code == normalise(declared).code


def test_between_close_languages_without_a_form_the_site_decides(engines):
    text = "Di mana pesanan saya?"

    assert {site: Detector(engines, [site]).detect(text).code for site in ("id", "ms")} == {"id": "id", "ms": "ms"}


def test_between_close_languages_the_site_decides_when_the_form_is_in_another(engines):
    text = "Di mana pesanan saya?"

    assert Detector(engines, ["id", "en"]).detect(text, on_form("en")).code == "id"
    assert Detector(engines, ["ms", "en"]).detect(text, on_form("en")).code != "id"


def test_a_language_of_the_site_is_more_probable(engines):
    text = "Kan jeg returnere lampen til butikken?"

    of_the_site, of_another = (Detector(engines, [site]).detect(text) for site in ("no", "en"))

    assert (of_the_site.code, of_another.code) == ("no", "no")
    assert of_the_site.confidence > of_another.confidence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "!!!",
        "😀😀",
        "AB12-3456",
        "Hello",
        "Retour",
        "https://example.com/waar-is-mijn-bestelling",
        "\x00\x07",
        "\ud800",
        "lamp 5 Ω",
    ],
)
def test_digits_emoji_addresses_units_and_single_words_have_no_language(detector, text):
    assert detector.detect(text) == UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "Waar is\x00 mijn \x07lamp?\x1b\x85",
        "Waar is \udfff mijn lamp? \ud83d",
        ("Waar is mijn lamp? " * 1_053)[:20_000],
    ],
    ids=["control characters", "half a surrogate pair", "20,000 characters"],
)
def test_what_nobody_means_to_send_does_not_hide_the_language(detector, text):
    assert told(detector.detect(text)) == ("nl", None, "detector")


def test_twenty_thousand_letters_without_a_blank_are_no_language(detector):
    assert detector.detect("a" * 20_000) == UNKNOWN


def test_an_unclear_short_text_is_believed_only_in_a_language_of_the_site(engines):
    found = {site: told(Detector(engines, [site]).detect("Kde je lampa?")) for site in ("cs", "en")}

    assert found == {"cs": ("cs", None, "site"), "en": ("und", None, "none")}


def test_a_clear_short_text_is_believed_on_any_site(engines):
    assert told(Detector(engines, ["en"]).detect("Danke schön")) == ("de", None, "detector")


def test_a_short_text_in_one_of_two_close_languages_is_less_certain_than_a_long_one(detector):
    short = "Kde je moje objednávka lampy?"
    long = f"{short} Čekám na ni už dva týdny a nikdo mi neodpovídá."

    assert detector.detect(short).confidence < 0.95 < detector.detect(long).confidence


def test_addresses_and_order_numbers_do_not_count_as_words(detector):
    english = "anna@where-is-my-order.example https://where.is/my/order/please www.where-is.example/my/order"

    assert told(detector.detect(f"Wo ist AB123456? {english}")) == ("de", None, "detector")
    assert told(detector.detect(f"Bestellung AB123456 {english}", on_form("de"))) == ("de", None, "declared")


def test_what_is_taken_out_leaves_no_trace(detector):
    numbers = "AB1234 AB1235 AB1236 AB1237 AB1238 AB1239"

    assert detector.detect(f"Lampe defekt {numbers}") == detector.detect("Lampe defekt")


def test_each_of_sixteen_threads_has_its_own_answer(detector):
    texts = [
        GERMAN,
        "Waar is mijn pakket?",
        "Где мой заказ?",
        "注文した商品がまだ届きません",
        "Où est mon colis ?",
    ] * 20

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(detector.detect, texts))

    assert found == [detector.detect(text) for text in texts]


@pytest.mark.parametrize(("text", "declared"), [("領収書発行依頼", "ja"), ("וואו איז מיין באשטעלונג", "yi")])
def test_a_declared_language_of_the_same_script_is_believed(detector, text, declared):
    expected = Language(code=declared, confidence=0.7, source="declared")

    assert detector.detect(text, on_form(declared)) == expected


def test_characters_that_no_japanese_writes_are_chinese(detector):
    assert detector.detect("我的订单还没到，请问什么时候发货？", on_form("ja")).code == "zh"


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
    ("text", "code"),
    [("Waar is mijn pakket?", "nl"), ("Wo ist mein Paket?", "de"), ("Où est mon colis ?", "fr")],
)
def test_a_short_text_in_a_language_of_the_site_is_not_taken_for_the_forms_english(detector, text, code):
    assert detector.detect(text, on_form("en")).code == code


def test_a_short_text_in_a_language_far_from_the_form_is_unknown_rather_than_the_forms(detector):
    assert detector.detect("Gdzie jest moja paczka?", on_form("en")).code in {"und", "pl"}


@pytest.mark.parametrize("hints", [Hints(), *map(on_form, ("sr", "sr-Latn", "sr-Cyrl", "hr", "en"))])
@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Gde je moja porudžbina? Čekam već dve nedelje da stigne.", "Latn"),
        ("Где је моја поруџбина? Чекам већ две недеље.", None),
    ],
)
def test_serbian_in_latin_letters_has_its_script(detector, text, script, hints):
    assert told(detector.detect(text, hints)) == ("sr", script, "detector")


@pytest.mark.parametrize(
    ("text", "declared", "script"),
    [("Hvala", "sr", "Latn"), ("Hvala", "sr-Cyrl", "Latn"), ("Хвала", "sr-Latn", None)],
)
def test_the_script_is_that_of_the_text_and_not_of_the_form(detector, text, declared, script):
    assert told(detector.detect(text, on_form(declared))) == ("sr", script, "declared")


@pytest.mark.parametrize("text", ["ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᎠᏂᏴᏫᏯ", "ᐊᓂᔑᓈᐯ ᐊᔭᒥᐁ ᐃᓄᒃᑎᑐᑦ", "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ"])
def test_a_script_that_no_engine_was_taught_has_no_language(detector, text):
    assert detector.detect(text) == UNKNOWN


def test_the_language_is_that_of_the_message_and_not_of_the_longer_mail_that_it_quotes(detector):
    assert detector.detect(QUOTING).code == "de"
    assert told(detector.detect(clean(QUOTING))) == ("nl", None, "detector")


@pytest.mark.parametrize("text", ["Bedankt, het is opgelost!", "De lamp doet het nog steeds niet"])
@pytest.mark.parametrize(
    "line",
    [
        "Am 3. März 2026 um 10:12 schrieb Kundenservice <service@example.com>:",
        "-----Ursprüngliche Nachricht-----",
        "--- Original Nachricht ---",
    ],
)
def test_a_german_mail_program_does_not_make_a_dutch_message_german(detector, text, line):
    assert detector.detect(clean(f"{text}\n\n{line}\n{GERMAN}\n{GERMAN}")).code == "nl"
