"""An answer under present names: what was several categories and is one now counts together."""

import pytest

from model.prediction import Part, Prediction, Scored, Similar, Term


def prediction(*scored, parts=(), similar=()):
    first, *others = (Scored(*one) for one in scored)
    return Prediction(
        first.category, first.confidence, tuple(others), (Term("parcel", 1.5),), similar, parts, 0.9, True, False
    )


def shares(found):
    return [(found.category, found.confidence), *((one.category, one.confidence) for one in found.alternatives)]


def test_where_nothing_has_another_name_it_is_the_same_object():
    found = prediction(("complaint", 0.7), ("feedback", 0.2))

    assert found.renamed({}) is found


def test_names_that_do_not_occur_change_nothing():
    found = prediction(("complaint", 0.7), ("feedback", 0.2))

    assert found.renamed({"grievance": "trouble"}) == found


def test_the_category_the_next_ones_and_the_parts_have_their_present_names():
    parts = (Part("complaint", 0.7, "it is broken"), Part("order_status", 0.6, "where is it"))
    found = prediction(("complaint", 0.7), ("feedback", 0.2), ("order_status", 0.1), parts=parts)

    renamed = found.renamed({"complaint": "trouble", "feedback": "opinion"})

    assert shares(renamed) == [("trouble", 0.7), ("opinion", 0.2), ("order_status", 0.1)]
    assert [(part.category, part.text) for part in renamed.parts] == [
        ("trouble", "it is broken"), ("order_status", "where is it"),
    ]  # fmt: skip


def test_merged_with_the_first_a_next_one_adds_to_it():
    found = prediction(("complaint", 0.5), ("feedback", 0.25), ("order_status", 0.125))

    renamed = found.renamed({"complaint": "opinion", "feedback": "opinion"})

    assert shares(renamed) == [("opinion", 0.75), ("order_status", 0.125)]


def test_merged_into_a_category_that_the_model_knows_it_adds_to_that():
    found = prediction(("feedback", 0.5), ("complaint", 0.25), ("order_status", 0.125))

    assert shares(found.renamed({"complaint": "feedback"})) == [("feedback", 0.75), ("order_status", 0.125)]


def test_merged_next_ones_add_up():
    found = prediction(("order_status", 0.5), ("complaint", 0.25), ("feedback", 0.125), ("press", 0.0625))

    renamed = found.renamed({"complaint": "opinion", "feedback": "opinion"})

    assert shares(renamed) == [("order_status", 0.5), ("opinion", 0.375), ("press", 0.0625)]


def test_no_sum_is_more_than_certain():
    found = prediction(("complaint", 0.9), ("feedback", 0.2))

    assert found.renamed({"feedback": "complaint"}).confidence == 1.0


def test_the_next_ones_stay_in_order_of_their_probability():
    found = prediction(
        ("order_status", 0.5), ("complaint", 0.2), ("press", 0.16), ("feedback", 0.1), ("careers", 0.04)
    )

    renamed = found.renamed({"feedback": "opinion", "press": "opinion"})

    assert [name for name, _ in shares(renamed)] == ["order_status", "opinion", "complaint", "careers"]


def test_next_ones_that_together_are_more_probable_come_first():
    found = prediction(("order_status", 0.4), ("complaint", 0.35), ("feedback", 0.25))

    renamed = found.renamed({"complaint": "opinion", "feedback": "opinion"})

    assert (renamed.category, renamed.confidence) == ("opinion", pytest.approx(0.6))


def test_similar_inquiries_have_present_names_too():
    found = prediction(("complaint", 0.7), similar=(Similar("it is broken", "complaint", 0.8, "id-1"),))

    assert [one.category for one in found.renamed({"complaint": "trouble"}).similar] == ["trouble"]


def test_all_else_stays():
    found = prediction(("complaint", 0.7), ("feedback", 0.2))

    renamed = found.renamed({"complaint": "trouble"})

    for name in ("explanation", "similar", "scope", "within_scope", "calibrated", "recalled"):
        assert getattr(renamed, name) == getattr(found, name)
