"""Challenger against champion: a fall that is not chance blocks and says where, chance does not."""

import json

import numpy as np
import pytest

from model.classifier import InquiryClassifier
from model.reading import Reading
from training.comparison import Comparison, compare, compare_classifiers, compare_held_out
from training.dataset import LabelledInquiry
from training.differences import differences

DESKS = {"invoice": "finance", "refund": "finance", "order": "orders", "login": "support"}
ORDERS = [f"where is my parcel, order number {n} {word}" for n in range(10) for word in ("today", "please", "late")]
LOGINS = [f"i forgot my password {n} {word}" for n in range(10) for word in ("again", "help", "login")]
STRANGE = [f"who won the football match {n} {word}" for n in range(8) for word in ("yesterday", "tell", "me")]
LEARNED = [(text, "order") for text in ORDERS] + [(text, "login") for text in LOGINS]


def fitted(rows):
    return InquiryClassifier().fit([text for text, _ in rows], [label for _, label in rows])


def said(label, n, wrong=0, instead="order"):
    return [instead] * wrong + [label] * (n - wrong)


def of(rows, group):
    return next(one for one in rows if one.group == group)


@pytest.fixture(scope="module")
def champion():
    return fitted(LEARNED)


def test_a_fall_of_one_category_blocks_and_says_which():
    truth = said("invoice", 100) + said("login", 900)

    found = compare(truth, truth, said("invoice", 100, wrong=22) + said("login", 900), ["en"] * 1000, DESKS)

    assert found.falls == [
        "overall: 1.000 -> 0.978 of 1000 (p < 0.001)",
        "desk finance: 1.000 -> 0.780 of 100 (p < 0.001)",
        "desk orders is sent inquiries of other desks: 0 -> 22 of 1000 (p < 0.001)",
        "category invoice: 1.000 -> 0.780 of 100 (p < 0.001)",
        "language en: 1.000 -> 0.978 of 1000 (p < 0.001)",
    ]


def test_the_same_answers_are_no_difference():
    truth = said("invoice", 30) + said("login", 30)
    answers = said("invoice", 30, wrong=8) + said("login", 30)

    found = compare(truth, answers, answers, ["en"] * 60, DESKS)

    assert (found.falls, found.rises, found.doubts) == ([], [], [])
    assert (found.overall.verdict, found.overall.p_fall) == ("same", 1.0)
    assert found.overall.low < 0 < found.overall.high


def test_as_many_rises_as_falls_block_nothing():
    truth = said("invoice", 200)

    found = compare(truth, said("invoice", 200, wrong=20), said("invoice", 200, wrong=20)[::-1], [], DESKS)

    assert found.falls == []
    assert found.overall.champion == found.overall.challenger == 0.9


def test_a_better_challenger_is_called_better():
    truth = said("invoice", 100)

    found = compare(truth, said("invoice", 100, wrong=30), truth, [], DESKS)

    assert found.overall.verdict == "better"
    assert "category invoice: 0.700 -> 1.000 of 100 (p 1.000)" in found.rises


def test_a_wrong_category_of_the_right_desk_is_right_for_the_desk():
    truth = said("invoice", 100)

    found = compare(truth, truth, said("invoice", 100, wrong=30, instead="refund"), [], DESKS)

    assert (of(found.desks, "finance").challenger, of(found.desks, "finance").verdict) == (1.0, "same")
    assert of(found.categories, "invoice").verdict == "worse"


def test_a_desk_that_is_flooded_from_many_others_is_worse_though_none_of_them_is():
    desks = {f"c{i}": f"d{i}" for i in range(20)} | {"spam": "junk"}
    truth = [f"c{i}" for i in range(20) for _ in range(40)]
    flooded = ["spam" if i % 40 == 0 else label for i, label in enumerate(truth)]
    before = ["c19" if i % 40 == 1 and label != "c19" else label for i, label in enumerate(truth)]

    found = compare(truth, before, flooded, [], desks)

    assert found.falls == ["desk junk is sent inquiries of other desks: 0 -> 20 of 800 (p < 0.001)"]


def test_what_is_out_of_scope_is_right_where_no_desk_gets_it():
    truth = said("out_of_scope", 100)

    found = compare(truth, truth, said("out_of_scope", 100, wrong=20, instead="login"), [], DESKS)

    assert of(found.desks, "triage").verdict == "worse"
    assert of(found.categories, "out_of_scope").verdict == "worse"


def test_inquiries_of_a_category_without_a_desk_are_left_out_of_the_desks():
    truth = said("old", 50) + said("login", 50)

    found = compare(truth, truth, said("login", 100), [], DESKS)

    assert [(one.group, one.n) for one in found.desks] == [("support", 50)]
    assert of(found.categories, "old").verdict == "worse"


@pytest.mark.parametrize(("n", "verdict"), [(1, "few"), (6, "few"), (7, "worse"), (8, "worse")])
def test_a_group_in_which_no_fall_could_be_found_has_no_verdict(n, verdict):
    truth = said("invoice", n)

    found = compare(truth, truth, said("order", n), [], DESKS)

    assert of(found.categories, "invoice").verdict == verdict
    assert bool(found.falls) == (verdict == "worse")
    assert bool(found.doubts) == (verdict == "few" and n > 1)


def test_a_comparison_that_may_err_less_often_asks_for_more():
    truth = said("invoice", 7)

    assert compare(truth, truth, said("order", 7), [], DESKS).falls
    assert not compare(truth, truth, said("order", 7), [], DESKS, alpha=0.025).falls


def test_nothing_to_compare_on_is_told():
    found = compare([], [], [], [], DESKS)

    assert (found.n, found.overall.verdict, found.falls, found.desks, found.languages) == (0, "few", [], [], [])
    assert (found.overall.low, found.overall.high) == pytest.approx((-1, 1), abs=0.02)


def test_answers_of_another_length_are_refused():
    with pytest.raises(ValueError, match="3 labels, but 2 and 3 answers"):
        compare(["a"] * 3, ["a"] * 2, ["a"] * 3, [], DESKS)


def test_the_same_fall_counts_less_among_many_groups():
    fell = np.arange(50) < 8
    group = np.ones(50, dtype=bool), ~fell

    alone = differences({"one": group}, 0.01)
    among = differences(
        {str(i): (np.arange(50) < 40, np.arange(50) >= 8 + i % 3) for i in range(60)} | {"one": group}, 0.01
    )

    assert alone[0].verdict == "worse"
    assert among[-1].verdict == "same"
    assert alone[0].p_fall == among[-1].p_fall == 0.5**8


def test_groups_in_which_the_models_agree_do_not_hide_a_fall():
    agreeing = np.ones(50, dtype=bool)
    fell = agreeing, np.arange(50) >= 8

    found = differences({str(i): (agreeing, agreeing) for i in range(200)} | {"one": fell}, 0.01)

    assert [one.group for one in found if one.verdict == "worse"] == ["one"]


def test_the_interval_is_that_of_the_method():
    """Worked by hand: 8 fell and 2 rose of 50, so 9/52 and 3/52."""
    first, second = np.arange(50) >= 2, (np.arange(50) < 2) | (np.arange(50) >= 10)

    (found,) = differences({"": (first, second)}, 0.05)

    half = 1.96 * np.sqrt((12 / 52 - (6 / 52) ** 2) / 52)
    assert (found.low, found.high) == pytest.approx((-6 / 52 - half, -6 / 52 + half))
    assert found.p_fall == pytest.approx((45 + 10 + 1) / 1024)


def test_a_comparison_survives_json():
    truth = said("invoice", 60) + said("login", 60)
    found = compare(truth, truth, said("invoice", 60, wrong=20) + said("login", 60), ["en", "nl"] * 60, DESKS)

    read = Comparison.from_json(json.loads(json.dumps(found.as_json())))

    assert read == found
    assert read.falls == found.falls != []


def test_a_classifier_is_as_good_as_itself(champion):
    inquiries = [LabelledInquiry(text, label, "en") for text, label in LEARNED]

    found = compare_classifiers(champion, champion, inquiries, DESKS)

    assert (found.n, found.overall.champion, found.falls) == (60, 1.0, [])
    assert found.automatic == (1.0, 1.0)
    assert [(one.group, one.n) for one in found.languages] == [("en", 60)]


def test_mixed_inquiries_are_left_out(champion):
    mixed = LabelledInquiry("where is my parcel\nand my password", "order", "en", None, ("order", "login"))

    assert compare_classifiers(champion, champion, [mixed], DESKS).n == 0


def test_a_category_that_the_challenger_no_longer_knows_blocks(champion):
    challenger = fitted([(text, "invoice" if label == "order" else label) for text, label in LEARNED])
    inquiries = [LabelledInquiry(text, label) for text, label in LEARNED]

    found = compare_classifiers(champion, challenger, inquiries, DESKS)

    assert (found.only_champion, found.only_challenger) == (("order",), ("invoice",))
    assert "category order, which the challenger does not know: 1.000 -> 0.000 of 30 (p < 0.001)" in found.falls


def test_a_challenger_that_learns_what_is_out_of_scope_is_better_at_it(champion):
    challenger = fitted([*LEARNED, *((text, "out_of_scope") for text in STRANGE)])
    inquiries = [LabelledInquiry(text, "out_of_scope", "en") for text in STRANGE]

    found = compare_classifiers(champion, challenger, inquiries, DESKS)

    assert (of(found.categories, "out_of_scope").verdict, found.overall.champion) == ("better", 0.0)
    assert found.automatic == (0.0, 0.0)


def test_wrong_labels_show_on_the_inquiries_that_both_learned_from(champion):
    wrong = [(text, "login") for text in ORDERS * 3]
    old, new = [f"old {i}" for i in range(len(LEARNED))], [f"new {i}" for i in range(len(wrong))]

    found = compare_held_out(champion, old, fitted([*wrong, *LEARNED]), [*new, *old], DESKS)

    assert (found.n, found.overall.champion) == (60, 1.0)
    assert any(sentence.startswith("category order: 1.000 -> ") for sentence in found.falls)


def test_shared_inquiries_are_paired_by_key_whatever_their_order(champion):
    keys = list(range(len(LEARNED)))

    found = compare_held_out(
        champion, keys, fitted(LEARNED[::-1]), keys[::-1], DESKS, languages=dict.fromkeys(keys, "en")
    )

    assert (found.n, found.overall.champion, found.overall.challenger) == (60, 1.0, 1.0)
    assert [(one.group, one.n) for one in found.languages] == [("en", 60)]


def test_inquiries_whose_label_changed_are_left_out_and_counted(champion):
    changed = [(text, "login" if i < 3 else label) for i, (text, label) in enumerate(LEARNED)]
    keys = list(range(len(LEARNED)))

    found = compare_held_out(champion, keys, fitted(changed), keys, DESKS)

    assert (found.n, found.relabelled) == (57, 3)


def test_classifiers_that_share_no_inquiry_cannot_be_compared_so(champion):
    keys = list(range(len(LEARNED)))

    found = compare_held_out(champion, keys, champion, [-1 - key for key in keys], DESKS)

    assert (found.n, found.overall.verdict, found.automatic) == (0, "few", (0.0, 0.0))


def test_a_translated_inquiry_counts_as_it_was_translated():
    """Untranslated, words nobody has seen could not be told apart; the translations can."""
    readings = [Reading(f"zzz {text[::-1]}", text) for text, _ in LEARNED]
    classifier = InquiryClassifier().fit(readings, [label for _, label in LEARNED])
    keys = list(range(len(LEARNED)))

    assert compare_held_out(classifier, keys, classifier, keys, DESKS).overall.champion == 1.0


def test_keys_must_name_every_inquiry(champion):
    with pytest.raises(ValueError, match="3 keys of 60 inquiries"):
        compare_held_out(champion, [1, 2, 3], champion, [1, 2, 3], DESKS)
