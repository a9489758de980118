"""The same customer is the same pseudonym under one key, and nobody's under another."""

import pytest

from service.journeys.pseudonyms import Pseudonyms

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
ANNA = "anna@example.org"


@pytest.mark.parametrize("typed", ["Anna@Example.ORG", " anna@example.org ", "ａｎｎａ@example.org"])
def test_an_address_is_the_same_customer_however_it_is_typed(typed):
    pseudonyms = Pseudonyms(KEY)

    assert pseudonyms.of(typed, "1") == pseudonyms.of(ANNA, "2")


def test_another_key_breaks_the_link():
    assert Pseudonyms(KEY).of(ANNA, "1") != Pseudonyms(OTHER_KEY).of(ANNA, "1")


def test_without_an_address_each_inquiry_is_a_customer_of_its_own():
    pseudonyms = Pseudonyms(KEY)

    assert len({pseudonyms.of(None, "1"), pseudonyms.of(None, "2"), pseudonyms.of("", "1")}) == 2


def test_an_address_cannot_pass_for_an_inquiry():
    assert Pseudonyms(KEY).of("1", "2") != Pseudonyms(KEY).of(None, "1")


def test_a_pseudonym_holds_nothing_of_the_address():
    assert len(Pseudonyms(KEY).of(ANNA, "1")) == 32
    assert set(Pseudonyms(KEY).of(ANNA, "1")) <= set("0123456789abcdef")
