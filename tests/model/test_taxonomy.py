"""Categories speak for themselves by name, meaning and examples before anybody has labelled anything."""

import pytest

from model.taxonomy import Category, from_configuration, is_out_of_scope, named


@pytest.mark.parametrize("label", ["out_of_scope", "oos"])
def test_two_labels_say_that_an_inquiry_belongs_nowhere(label):
    assert is_out_of_scope(label)


@pytest.mark.parametrize("label", ["order_status", "", "OOS", "out of scope"])
def test_no_other_label_says_so(label):
    assert not is_out_of_scope(label)


def test_a_category_is_described_by_name_meaning_its_parts_and_examples():
    category = Category("order_status", "where a parcel is: late, lost; damaged", ("Track my parcel",))

    assert category.descriptions() == [
        "order status",
        "where a parcel is: late, lost; damaged",
        "where a parcel is",
        "late",
        "lost",
        "damaged",
        "Track my parcel",
    ]


def test_no_description_is_given_twice():
    assert Category("returns", "returns", ("returns", "send it back")).descriptions() == ["returns", "send it back"]


def test_empty_parts_of_a_meaning_describe_nothing():
    assert Category("returns", ", back;; :").descriptions() == ["returns", ", back;; :", "back"]


@pytest.mark.parametrize(
    ("name", "words"), [("Order_Status", "order status"), ("gift-cards", "gift cards"), ("FAQ", "faq")]
)
def test_a_name_becomes_plain_words(name, words):
    assert Category(name).descriptions() == [words]


def test_categories_come_from_the_tables_of_a_configuration():
    values = {
        "categories": {
            "order_status": {"desk": "orders", "meaning": "parcels", "examples": ["where is it"]},
            "press": {"desk": "office"},
        }
    }

    assert from_configuration(values) == [
        Category("order_status", "parcels", ("where is it",)),
        Category("press"),
    ]


@pytest.mark.parametrize("values", [{}, {"categories": None}, {"categories": {}}])
def test_a_configuration_without_categories_has_none(values):
    assert from_configuration(values) == []


def test_of_a_named_category_only_the_name_is_known():
    assert named(["press", "legal"]) == [Category("press"), Category("legal")]
