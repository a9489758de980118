"""Products and services are found by whole words, in any script, with modest inflection."""

import pytest

from service.journeys.products import Catalogue, Product

LAMP = Product("Aurora lamp", "product", ("aurora", "аврора", "オーロラ", "AU-100"), ("sku",))
MINI = Product("Aurora lamp mini", "product")
NOVA = Product("Nova", "product")
NOVARA = Product("Novara", "product")
REPAIR = Product("Repair service", "service", ("reparatie", "réparation", "Reparaturdienst"))
CATALOGUE = Catalogue([LAMP, MINI, NOVA, NOVARA, REPAIR])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Is the Aurora lamp in stock?", [LAMP]),
        ("Zijn de AURORA-LAMPEN er weer?", [LAMP]),
        ("Meine Auroralampe flackert", [LAMP]),
        ("Az Aurorának nincs fénye", [LAMP]),
        ("Две авроры не горят", [LAMP]),
        ("我的Aurora灯不亮", [LAMP]),
        ("オーロラのライトが点きません", [LAMP]),
        ("au100, AU 100 or AU-100", [LAMP]),
        ("The Aurora lamp mini is too small", [MINI]),
        ("Our Novara hums", [NOVARA]),
        ("Our Nova hums", [NOVA]),
        ("Ｎｏｖａ hums", [NOVA]),
        ("Une REPARATION, s'il vous plaît", [REPAIR]),
        ("Nova first, then the repair service", [NOVA, REPAIR]),
        ("Repair services, then two Novas, then repair service again", [REPAIR, NOVA]),
        ("November, innovation, AU-1000 and laurora", []),
        ("", []),
        ("🙂 ½ \u202e", []),
    ],
)
def test_a_text_names_these_products_in_this_order(text, found):
    assert list(CATALOGUE.find([text], {})) == found


def test_what_the_form_says_goes_first():
    assert CATALOGUE.find(["My Nova hums"], {"sku": "au-100", "colour": "novara"}) == (LAMP, NOVA)


def test_the_translation_adds_what_the_original_does_not_name():
    assert CATALOGUE.find([None, "Mijn Nova bromt", "My Nova hums, may I have the repair service?"], {}) == (
        NOVA, REPAIR,
    )  # fmt: skip


@pytest.mark.parametrize("value", [None, "", 0, True, 4.5, "nothing of ours"])
def test_a_field_that_names_nothing_finds_nothing(value):
    assert CATALOGUE.find([], {"sku": value}) == ()


def test_a_number_in_a_field_is_read_as_it_is_written():
    assert Catalogue([Product("Bulb", "product", ("4711",), ("sku",))]).find([], {"sku": 4711})


def test_without_a_catalogue_nothing_is_found():
    assert Catalogue().find(["Aurora"], {"sku": "AU-100"}) == ()


def test_a_long_text_and_a_long_catalogue_are_read_in_one_pass():
    many = Catalogue([Product(f"Model {number}", "product") for number in range(1_000)])

    found = many.find(["model 7 " + "word " * 4_000 + "model 999"], {})

    assert [one.name for one in found] == ["Model 7", "Model 999"]
