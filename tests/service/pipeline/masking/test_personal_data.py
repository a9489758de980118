"""Where personal data stands in a text, kind by kind; and what only looks like it."""

import re
import unicodedata

import pytest

from service.pipeline.masking.find import Find
from service.pipeline.masking.names import names
from service.pipeline.masking.official_numbers import official_numbers
from service.pipeline.masking.personal_data import cards, configured, emails, ibans, phones


def found(text, finds):
    """The pieces of the text that were found."""
    return [text[find.start : find.stop] for find in finds]


def test_a_find_says_where_and_what():
    assert list(emails("Mail anna@example.nl.")) == [Find(5, 20, "email")]


@pytest.mark.parametrize("text", ["anna@localhost", "@anna", "anna@", "5 @ 3.50", "a @ b.nl"])
def test_an_at_sign_alone_makes_no_address(text):
    assert found(text, emails(text)) == []


def test_of_two_accounts_both_are_found():
    text = "van NL91ABNA0417164300 en DE89370400440532013000."

    assert found(text, ibans(text)) == ["NL91ABNA0417164300", "DE89370400440532013000"]


@pytest.mark.parametrize("second", ["DE89 3704 0044 0532 0130 00", "DE89.3704.0044.0532.0130.00"])
def test_of_two_accounts_the_second_is_found_in_groups(second):
    text = f"van NL91ABNA0417164300 en {second}."

    assert found(text, ibans(text)) == ["NL91ABNA0417164300", second]


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111111111111111",
        "5500-0000-0000-0004",
        "6011.1111.1111.1117",
        "3782 822463 10005",
        "378282246310005",
        "5018 0000 0000 0009",
        "5641820000000005",
        "5812345678901238",
        "67596498264384509",
    ],
)
def test_a_card_is_found_however_it_is_written(number):
    text = f"Betaald met {number}, klopt dat?"

    assert found(text, cards(text)) == [number]


@pytest.mark.parametrize(
    "number",
    ["4111 1111 1111 1112", "9999 9999 9999 9995", "LX-4111 1111 1111 1111", "4111 1111 1111 1111-7"],
    ids=["wrong check digit", "of no card company", "a model's number", "with something behind it"],
)
def test_what_is_no_card_is_left(number):
    assert found(number, cards(number)) == []


@pytest.mark.parametrize("text", ["12-03-2026", "2026-03-12", "31.12.2025", "1/4/2026", "1" * 21, "3" * 5_000])
def test_dates_and_endless_numbers_are_no_telephone_numbers(text):
    assert found(text, phones(text, ["NL", "DE", "GB", "US"])) == []


def test_a_number_of_21_digits_hides_no_telephone_number_beside_it():
    text = f"{'1' * 21} 06 12345678"

    assert found(text, phones(text, ["NL"])) == ["06 12345678"]


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("36 574 261 809", "DE"),
        ("44051401359", "PL"),
        ("2 95 10 99 126 111 93", "FR"),
        ("RCCMNL83S18D969H", "IT"),
        ("54362315-K", "ES"),
        ("131052-308T", "FI"),
        ("880320-0016", "SE"),
        ("85.07.30-033 28", "BE"),
        ("756.9217.0769.85", "CH"),
        ("1237 010180", "AT"),
        ("390.533.447-05", "BR"),
        ("211062-5629", "DK"),
        ("710319/2745", "CZ"),
    ],
)
def test_a_persons_number_is_found_by_its_check_digits_in_its_country(number, region):
    text = f"Hier: {number}."

    assert list(official_numbers(text, [region])) == [Find(6, 6 + len(number), "national_id")]


@pytest.mark.parametrize("number", ["36574261809", "44051401359", "880320-0016"])
def test_elsewhere_it_is_only_a_number(number):
    assert found(number, official_numbers(number, ["NL"])) == []


@pytest.mark.parametrize("number", ["RCCMNL83S18D969H", "54362315K", "X2482300W", "131052-308T"])
def test_numbers_told_by_their_letters_are_found_wherever_they_come_from(number):
    assert found(number, official_numbers(number, [])) == [number]


@pytest.mark.parametrize("number", ["00743110157", "00743110165"])
def test_eleven_digits_are_told_by_no_letter(number):
    assert found(number, official_numbers(number, ["NL"])) == []


@pytest.mark.parametrize(
    ("named", "number", "region"),
    [
        ("Mijn BSN is", "111222333", "NL"),
        ("Mijn burgerservicenummer:", "111222333", "NL"),
        ("My NHS number is", "943 476 5919", "GB"),
        ("O meu NIF é", "501964843", "PT"),
        ("my SSN", "536-90-4399", "US"),
        ("ΑΜΚΑ", "01013099997", "GR"),
        ("SIN", "123-456-782", "CA"),
        ("RUT", "12531909-2", "CL"),
    ],
)
def test_a_number_with_a_weak_check_is_a_persons_only_where_it_is_named(named, number, region):
    text, elsewhere = f"{named} {number}", f"bestelling {number}"

    assert found(text, official_numbers(text, [region])) == [number]
    assert found(elsewhere, official_numbers(elsewhere, [region])) == []


def test_what_names_a_number_stands_shortly_before_it():
    text = f"Mijn BSN geef ik niet. {'Het gaat om iets anders. ' * 3}111222333"

    assert found(text, official_numbers(text, ["NL"])) == []


@pytest.mark.parametrize(
    "number",
    ["NL004495445B01", "DE 136695976", "ATU13585627", "BE 0428.759.497", "CHE-107.787.577 IVA", "EL094259216"],
)
def test_a_companys_number_is_found_by_its_prefix(number):
    text = f"Factuur: {number}."

    assert list(official_numbers(text, [])) == [Find(9, 9 + len(number), "vat")]


@pytest.mark.parametrize(
    ("named", "number", "region"),
    [
        ("btw", "004495445B01", "NL"),
        ("USt-IdNr.", "136695976", "DE"),
        ("TVA :", "40303265045", "FR"),
        ("NIP", "8567346215", "PL"),
        ("VAT", "094259216", "GR"),
    ],
)
def test_without_a_prefix_a_companys_number_is_found_where_it_is_named(named, number, region):
    text, elsewhere = f"{named} {number}", f"bestelling {number}"

    assert list(official_numbers(text, [region])) == [Find(len(named) + 1, len(text), "vat")]
    assert found(elsewhere, official_numbers(elsewhere, [region])) == []


@pytest.mark.parametrize("number", ["NL004495446B01", "DE136695977", "12345678", "2026-0001-0002", "AB1234567"])
def test_with_wrong_check_digits_it_is_no_official_number(number):
    text = f"VAT {number}"

    assert found(text, official_numbers(text, ["NL", "DE"])) == []


MANY = "1234 5678 " * 400  # of which more numbers can be made than are checked


@pytest.mark.parametrize("number", ["44051401359", "12345678", "111-222-333", "06 1234 5678"])
def test_behind_very_many_numbers_whatever_may_be_one_is_masked_unchecked(number):
    text = f"{MANY}en {number}"

    assert found(text, official_numbers(text, ["PL"]))[-1] == number


@pytest.mark.parametrize("number", ["RCCMNL83S18D969H", "NL004495445B01", "54362315-K", "4405\u00a01401\u00a0359"])
def test_behind_very_many_numbers_a_persons_is_masked_with_its_letters_and_blanks(number):
    text = f"{MANY}en {number}"

    assert found(text, official_numbers(text, ["PL"]))[-1] == number


def test_a_text_of_nothing_but_numbers_is_masked_whole():
    masked = "".join(found(MANY, official_numbers(MANY, ["PL"])))

    assert masked.replace(" ", "") == MANY.replace(" ", "")


def test_the_companys_patterns_find_their_kinds():
    text = "LK-123456 van klant KN7654321"
    patterns = {"order": re.compile(r"LK-\d+"), "customer": re.compile(r"KN\d+")}

    assert list(configured(text, patterns)) == [Find(0, 9, "order"), Find(20, 29, "customer")]


@pytest.mark.parametrize(
    ("text", "name", "hidden"),
    [
        ("Groeten, marieke", "Marieke de Vries", {"marieke"}),
        ("MARIEKE DE VRIES", "Marieke de Vries", {"MARIEKE DE VRIES"}),
        ("van Jan van der Berg", "Jan van der Berg", {"Jan van der Berg"}),
        ("Proszę oddzwonić do Kowalskiej", "Anna Kowalska", {"Kowalskiej"}),
        ("od pana Nováka", "Petr Novák", {"Nováka"}),
        ("für Müllers Lampe", "Hans Müller", {"Müllers"}),
        ("Anna's lamp", "Anna Bell", {"Anna"}),
        ("от Ирины Петровой", "Ирина Петрова", {"Ирины", "Петровой"}),
        ("Jean-Pierre", "Jean-Pierre Blanc", {"Jean-Pierre"}),
        ("O'Neill", "Pat O'Neill", {"O'Neill"}),
        ("Dag, ik heet Li en wacht", "Anna Li", {"Li"}),
        ("Mijn vrouw, Wu, wacht", "Wu Fang", {"Wu"}),
    ],
)
def test_each_part_of_the_name_is_found_also_inflected(text, name, hidden):
    pieces = found(text, names(text, name))

    assert all(any(part in piece for piece in pieces) for part in hidden), pieces


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Met de lamp van het bedrijf", "Piet van den Berg"),
        ("Li wil al een lamp", "Li Wu"),
        ("Ik wacht. Li wacht en wil li", "Anna Li"),
        ("Wat doet Al daar", "Marieke Al Berg"),
        ("de marktplaats", "Mark Rose"),
        ("a bellissima lamp with roses", "Anna Bell"),
        ("lamp 1234", "1234"),
        ("lamp", ""),
        ("lamp", None),
    ],
)
def test_words_that_only_resemble_the_name_are_left(text, name):
    assert found(text, names(text, name)) == []


@pytest.mark.parametrize(("text", "name"), [("Kellerregal", "Uwe Keller"), ("Marktplaats", "Mark Rose")])
def test_a_longer_word_that_begins_like_the_name_is_left(text, name):
    assert found(text, names(text, name)) == []


@pytest.mark.parametrize(
    ("text", "name", "hidden"),
    [
        ("我是王小明，订单还没有到", "王小明", "王小明"),
        ("私は山田です。", "山田 太郎", "山田"),
        ("저는김민준입니다", "김민준", "김민준"),
        ("ผมชื่อสมชายครับ", "สมชาย", "สมชาย"),
    ],
    ids=["Chinese", "Japanese", "Korean", "Thai"],
)
def test_a_name_is_found_where_no_blanks_are_written(text, name, hidden):
    assert any(hidden in piece for piece in found(text, names(text, name)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Regards, O’Neill", "Pat O'Neill"),
        ("Saludos, Nunez", "José Núñez"),
        ("Saludos, José", unicodedata.normalize("NFD", "José")),
    ],
    ids=["another apostrophe", "without accents", "decomposed"],
)
def test_a_name_typed_otherwise_is_found(text, name):
    assert len(found(text, names(text, name))) > 0
