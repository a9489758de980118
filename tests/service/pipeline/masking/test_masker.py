"""Personal data is replaced before a text leaves, and stands again where it stood when the text is back."""

import random

import pytest

from service.pipeline.masking.masker import Masked, Masker

mask = Masker().mask


def test_each_piece_has_a_placeholder_of_its_own_and_each_kind_is_counted():
    text = "Mail anna@example.nl of bob@example.nl, bel 06 12345678, betaald van NL91 ABNA 0417 1643 00."

    assert mask(text, ["NL"]) == Masked(
        text,
        "Mail [[1]] of [[2]], bel [[3]], betaald van [[4]].",
        {1: "anna@example.nl", 2: "bob@example.nl", 3: "06 12345678", 4: "NL91 ABNA 0417 1643 00"},
        {"email": 2, "phone": 1, "iban": 1},
    )


def test_a_text_without_personal_data_stays_as_it_is():
    text = "Bestelling 10004567 van 12-03-2026: 2 lampen à € 1.249,00, code AB12 3456 7890 1234"

    assert mask(text, ["NL"]) == Masked(text, text, {})


def test_the_name_of_the_form_is_masked_with_the_rest():
    masked = mask("Stuur het naar Marieke de Vries, info@example.nl", ["NL"], "Marieke de Vries")

    assert (masked.text, masked.kinds) == ("Stuur het naar [[1]], [[2]]", {"name": 1, "email": 1})


@pytest.mark.parametrize("name", ["Ben Li", "Bo Wu"])
def test_a_name_of_short_words_is_masked_whole(name):
    masked = mask(f"{name} wacht. Groeten, {name}", ["NL"], name)

    assert (masked.text, masked.kinds) == ("[[1]] wacht. Groeten, [[2]]", {"name": 2})


def test_an_address_that_begins_with_the_name_counts_as_an_address():
    masked = mask("Mail marieke@example.nl", [], "Marieke de Vries")

    assert (masked.text, masked.kinds) == ("Mail [[1]]", {"email": 1})


def test_the_companys_own_numbers_are_masked_by_its_patterns():
    masked = Masker({"order": r"LK-\d{6}"}).mask("Waar is lk-123456? Niet LK-12.")

    assert (masked.text, masked.kinds) == ("Waar is [[1]]? Niet LK-12.", {"order": 1})


def test_a_pattern_that_finds_nothing_between_letters_masks_nothing():
    assert Masker({"order": r"\b"}).mask("Waar is het?").text == "Waar is het?"


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.nl",
        "anna.b+shop@mail.example.co.uk",
        "ANNA_B@EXAMPLE.COM",
        "anna@bücher.example",
        "0612345678@example.nl",
    ],
)
def test_an_e_mail_address_is_masked_without_the_full_stop(address):
    masked = mask(f"Schrijf naar {address}.", ["NL"])

    assert (masked.text, masked.originals) == ("Schrijf naar [[1]].", {1: address})


@pytest.mark.parametrize(
    "iban",
    [
        "NL91ABNA0417164300",
        "NL91 ABNA 0417 1643 00",
        "de89 3704 0044 0532 0130 00",
        "FR14-2004-1010-0505-0001-3M02-606",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "BE68 5390 0754 7034",
    ],
)
def test_an_iban_is_masked(iban):
    masked = mask(f"Rekening {iban}, graag", ["NL"])

    assert (masked.text, masked.originals) == ("Rekening [[1]], graag", {1: iban})


def test_the_word_behind_an_iban_stays_apart():
    assert mask("Betaald van NL91ABNA0417164300 aan u").text == "Betaald van [[1]] aan u"


@pytest.mark.parametrize("number", ["NL92ABNA0417164300", "DE89 3704 0044 0532 0130 01", "XX91ABNA0417164300"])
def test_wrong_check_digits_are_no_iban(number):
    assert mask(f"Bestelling {number}.", ["NL"]).originals == {}


@pytest.mark.parametrize(
    ("number", "regions"),
    [
        ("06 12345678", ["NL"]),
        ("0171 1234567", ["DE"]),
        ("612 34 56 78", ["ES"]),
        ("01 23 45 67 89", ["FR"]),
        ("03-1234-5678", ["JP"]),
        ("+31 6 12345678", []),
        ("+49 171 1234567", ["NL"]),
    ],
)
def test_a_phone_number_is_read_in_the_form_of_its_country(number, regions):
    masked = mask(f"Tel. {number} a.u.b.", regions)

    assert (masked.text, masked.originals) == ("Tel. [[1]] a.u.b.", {1: number})


@pytest.mark.parametrize(
    ("number", "regions"), [("06 12345678", []), ("01 23 45 67 89", ["NL"]), ("0171 1234567", ["NL"])]
)
def test_a_number_of_another_countrys_form_is_no_phone_number(number, regions):
    assert mask(f"Tel. {number} a.u.b.", regions).originals == {}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("0612345678@example.nl", "[[1]]"),
        ("NL91ABNA0417164300@example.nl", "[[1]]"),
        ("NL91ABNA0417164300,NL91ABNA0417164300", "[[1]],[[2]]"),
        ("tel:+31612345678,mailto:anna@example.nl", "tel:[[1]],mailto:[[2]]"),
    ],
)
def test_finds_within_others_are_masked_with_them(text, masked):
    assert mask(text, ["NL"]).text == masked


@pytest.mark.parametrize("text", ["06 12345678.anna@example.nl", "NL91 ABNA 0417 1643 00anna@example.nl"])
def test_of_two_finds_that_overlap_in_part_all_is_masked(text):
    masked = mask(text, ["NL"])

    assert "anna" not in masked.text
    assert masked.restore(masked.text) == text


def test_brackets_that_the_customer_wrote_are_kept_apart():
    text = "Zie [[1]] en ［［7］］: anna@example.nl"
    masked = mask(text)

    assert (masked.text, masked.originals) == ("Zie [[1]] en ［［7］］: [[8]]", {8: "anna@example.nl"})
    assert masked.restore(masked.text) == text


def test_a_high_number_that_the_customer_wrote_does_no_harm():
    masked = mask("[[999999]] anna@example.nl")

    assert masked.restore(masked.text) == "[[999999]] anna@example.nl"


@pytest.mark.parametrize(
    "came_back", ["[[1]]", "[[ 1 ]]", "[ [1] ]", "［［1］］", "【【1】】", "［ [ 1 ] ］", "[[１]]"]
)
def test_a_placeholder_that_a_translator_changed_is_still_restored(came_back):
    assert mask("Mail anna@example.nl").restore(f"Mail to {came_back}!") == "Mail to anna@example.nl!"


@pytest.mark.parametrize(
    ("answer", "restored"),
    [
        ("[[2]] or [[1]] or [[1]]", "bob@example.nl or anna@example.nl or anna@example.nl"),
        ("nothing left", "nothing left"),
        ("[[3]] [1] [[x]] [[]]", "[[3]] [1] [[x]] [[]]"),
    ],
    ids=["moved and repeated", "lost", "not ours"],
)
def test_what_a_translator_did_with_placeholders_is_followed(answer, restored):
    assert mask("anna@example.nl bob@example.nl").restore(answer) == restored


def test_restoring_is_the_exact_inverse_of_masking():
    parts = [
        *("anna@example.nl", "06 12345678", "+31612345678", "NL91 ABNA 0417 1643 00", "0612345678@example.nl"),
        *(" ", "\n", "[", "]", "[[", "]]", "[[1]]", "［［2］］", "7", ",", "lamp", "订单", "😀", "\\1", "@"),
    ]
    chance = random.Random(0)
    texts = ["".join(chance.choices(parts, k=12)) for _ in range(300)]

    masked = [mask(text, ["NL"]) for text in texts]

    assert [one.restore(one.text) for one in masked] == texts
    assert sum(len(one.originals) for one in masked) > 300


def test_a_placeholder_of_very_many_digits_is_only_text():
    many = f"[[{'9' * 5000}]]"

    masked = mask(f"anna@example.nl {many}")

    assert masked.restore(f"[[1]] {many}") == f"anna@example.nl {many}"
