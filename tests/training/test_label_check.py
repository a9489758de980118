"""Labels that look wrong are named; only those of somebody who gives many of them are left out."""

import numpy as np
import pytest

from model.classifier import InquiryClassifier
from training.dataset import Given, LabelledInquiry, Source
from training.label_check import check
from training.shares import compare, holm

PHRASES = {
    "order": "where is the parcel of my order",
    "account": "i forgot the password of my login",
    "billing": "please send an invoice with tax",
    "careers": "i apply for the vacancy as an intern",
    "press": "a journalist asks for an interview",
}
CATEGORIES = list(PHRASES)
WORDS = ["today", "please", "late", "again", "soon", "now", "still", "urgent", "kindly", "thanks"]
AGENTS = ["user:anna", "user:ben", "user:cleo", "user:dirk"]


@pytest.fixture
def stream(now):
    """240 labels, all right, of four agents on two desks; a test changes some."""

    def labelled(i):
        category = CATEGORIES[i % 5]
        text = f"{PHRASES[category]} {WORDS[i // 5 % 10]} {WORDS[i // 50 % 10]} number {i}"
        agent = i // 5 % 4
        source = Source.CORRECTION if i % 3 == 0 else Source.CONFIRMATION
        return LabelledInquiry(
            text, category, "en", given=_given(now, AGENTS[agent], ("web", "shop")[agent % 2], source)
        )

    return [labelled(i) for i in range(240)]


def _given(now, by, desk, source=Source.CONFIRMATION, inquiry=None):
    return Given(source, now, by, desk, inquiry=inquiry)


def _relabel(one, label):
    return LabelledInquiry(one.text, label, one.language, given=one.given)


def _wrong(inquiries, places):
    """The inquiries with the next category at these places."""
    made = list(inquiries)
    for i in places:
        made[i] = _relabel(made[i], CATEGORIES[(CATEGORIES.index(made[i].label) + 1) % 5])
    return made


def _places_of(inquiries, by, step=1):
    return [i for i, one in enumerate(inquiries) if one.given.by == by][::step]


def _checked(inquiries):
    classifier = InquiryClassifier().fit([one.reading() for one in inquiries], [one.label for one in inquiries])
    return check(classifier, inquiries)


def test_a_wrong_label_is_suspected_with_a_better_one(stream):
    found = _checked(_wrong(stream, [7]))

    (suspect,) = found.suspects
    assert (suspect.place, suspect.given, suspect.proposed) == (7, "careers", stream[7].label)
    assert suspect.quality < 0.5


def test_a_single_suspect_of_a_reliable_giver_stays_in(stream):
    found = _checked(_wrong(stream, [7]))

    assert (found.givers, found.floods, found.left_out) == ([], [], [])
    assert found.sentences() == ["1 label looks wrong and may be right: learned from, and worth a look"]


def test_the_suspects_of_an_unreliable_agent_are_left_out(stream):
    wrong = _places_of(stream, "user:anna", 4)

    found = _checked(_wrong(stream, [*wrong, 7]))

    (giver,) = found.givers
    assert (giver.name, giver.kind, giver.n, giver.suspects, giver.left_out) == ("user:anna", "agent", 60, 15, 15)
    assert giver.rate == 0.25
    assert giver.others_rate < 0.05
    assert giver.p < 0.01
    assert found.left_out == wrong
    assert found.sentences()[0] == (
        "user:anna: 15 of 60 labels look wrong (25%), of others 0%; "
        "15 labels are left out until somebody has looked"
    )


def test_an_innocent_desk_is_not_named_for_its_agent(stream):
    assert [one.kind for one in _checked(_wrong(stream, _places_of(stream, "user:anna", 4))).givers] == ["agent"]


def test_what_a_second_person_also_said_of_the_same_text_is_never_left_out(stream, now):
    wrong = _places_of(stream, "user:anna", 4)
    poisoned = _wrong(stream, wrong)
    one, other = poisoned[wrong[0]], poisoned[wrong[1]]
    learned = [*poisoned, _relabel(stream[1], one.label), _relabel(stream[2], other.label)]
    classifier = InquiryClassifier().fit([i.reading() for i in learned], [i.label for i in learned])
    by_ben = LabelledInquiry(one.text.upper(), one.label, "en", given=_given(now, "user:ben", "shop"))
    by_anna_again = LabelledInquiry(other.text, other.label, "en", given=other.given)

    found = check(classifier, [*poisoned, by_ben, by_anna_again])

    assert set(wrong) <= {suspect.place for suspect in found.suspects}
    assert set(wrong) - set(found.left_out) == {wrong[0]}


def test_a_label_that_a_second_person_gave_to_the_same_inquiry_stays_too(stream, now):
    wrong = _places_of(stream, "user:anna", 4)
    poisoned = _wrong(stream, wrong)
    one = poisoned[wrong[0]]
    poisoned[wrong[0]] = LabelledInquiry(
        one.text, one.label, "en", given=_given(now, "user:anna", "web", inquiry="q1")
    )
    second = LabelledInquiry("shortened", one.label, "en", given=_given(now, "user:ben", "shop", inquiry="q1"))

    found = _checked([*poisoned, second])

    assert wrong[0] in {suspect.place for suspect in found.suspects}
    assert found.left_out == wrong[1:]


def test_a_desk_that_closes_without_a_look_is_named(stream, now):
    """Nobody's name is on what was closed, so it is the desk's."""
    for i in range(0, 240, 3):
        stream[i] = LabelledInquiry(
            stream[i].text, stream[i].label, "en", given=_given(now, "", "web", Source.CLOSED)
        )
    wrong = list(range(0, 240, 12))

    found = _checked(_wrong(stream, wrong))

    assert [(one.name, one.kind) for one in found.givers] == [("web", "desk")]
    assert set(found.left_out) <= set(wrong)
    assert len(found.left_out) >= 15


def test_a_desk_does_not_answer_for_one_of_its_agents(stream, now):
    few = [LabelledInquiry(one.text, one.label, "en", given=_given(now, "user:new", "web")) for one in stream[:19]]

    assert _checked([*_wrong(few, range(10)), *stream[19:]]).givers == []


def test_few_labels_are_no_verdict(stream, now):
    few = [LabelledInquiry(one.text, one.label, "en", given=_given(now, "user:new", "web")) for one in stream[:19]]

    found = _checked([*_wrong(few, range(10)), *stream[19:]])

    assert len(found.suspects) >= 8
    assert (found.givers, found.left_out) == ([], [])


def test_a_lone_agent_has_nobody_to_be_compared_with(stream, now):
    alone = [LabelledInquiry(one.text, one.label, "en", given=_given(now, "user:anna", "web")) for one in stream]

    found = _checked(_wrong(alone, range(0, 240, 11)))

    assert len(found.suspects) >= 18
    assert (found.givers, found.left_out) == ([], [])


def test_a_desk_that_floods_a_category_is_named_with_it(stream, now):
    flooded = list(range(0, 240, 6))
    for i in flooded:
        stream[i] = LabelledInquiry(stream[i].text, "press", "en", given=_given(now, AGENTS[i // 6 % 4], "fair"))

    found = _checked(stream)

    (flood,) = found.floods
    assert (flood.name, flood.kind, flood.category, flood.given) == ("fair", "desk", "press", 40)
    assert flood.by_model < 16
    assert found.givers == []
    assert set(found.left_out) <= set(flooded)
    assert len(found.left_out) == flood.left_out >= 25
    assert found.sentences()[0].startswith("fair: 40 of 40 labels are press, the model says so of ")


def test_a_desk_with_a_category_of_its_own_does_not_flood_it(stream, now):
    for i, one in enumerate(stream):
        if one.label == "press":
            stream[i] = LabelledInquiry(one.text, "press", "en", given=_given(now, one.given.by, "newsroom"))

    assert _checked(stream).floods == []


def test_corrections_of_one_mistake_are_no_flood(stream):
    """Ben alone sees that these orders are billing's: what he says must be learned."""
    orders = [i for i in _places_of(stream, "user:ben") if stream[i].label == "order"]
    for i in orders:
        stream[i] = _relabel(stream[i], "billing")

    assert len(orders) == 12
    assert _checked(stream).floods == []


def test_mixed_and_out_of_scope_inquiries_are_not_judged(stream):
    mixed = [
        LabelledInquiry(f"{one.text} and {PHRASES['press']}", "press", "en", None, ("press", one.label), one.given)
        for one in stream[:5]
    ]
    outside = [
        LabelledInquiry(f"who won the match {i}", "out_of_scope", "en", given=one.given)
        for i, one in enumerate(stream[:30])
    ]

    assert [suspect.place for suspect in _checked([*mixed, *_wrong(stream, [7])[5:], *outside]).suspects] == [7]


def test_what_was_written_for_training_has_no_giver(stream):
    written = [LabelledInquiry(one.text, one.label, "en") for one in _wrong(stream, range(0, 240, 11))]

    found = _checked(written)

    assert len(found.suspects) >= 18
    assert (found.givers, found.floods, found.left_out) == ([], [], [])


def test_too_few_inquiries_are_not_judged():
    found = _checked([LabelledInquiry(PHRASES[name], name, "en") for name in CATEGORIES[:2] * 3])

    assert (found.suspects, found.left_out) == ([], [])
    assert found.sentences() == ["no label looks wrong"]


def test_a_translated_inquiry_is_judged_once(stream):
    orders = [one for one in stream if one.label == "order"][:20]
    dutch = [
        LabelledInquiry(f"waar is het pakket {i}", "press", "nl", one.text, given=one.given)
        for i, one in enumerate(orders)
    ]

    places = [suspect.place for suspect in _checked([*stream, *dutch]).suspects]

    assert len(places) == len(set(places))
    assert len([place for place in places if place >= 240]) >= 5


def test_another_number_of_inquiries_is_refused(stream):
    classifier = InquiryClassifier().fit([one.reading() for one in stream], [one.label for one in stream])

    with pytest.raises(ValueError, match="239 inquiries, fitted on 240"):
        check(classifier, stream[1:])


def test_who_has_only_hard_cases_is_compared_with_others_hard_cases():
    strata = np.repeat([0, 1], 100)
    so = np.r_[np.zeros(100), np.tile([1, 0], 50)].astype(bool)
    theirs = np.r_[np.zeros(100), np.tile([1, 1, 0, 0], 25)].astype(bool)

    found = compare(so, theirs, strata)

    assert (found.n, found.found, found.expected) == (50, 25, 25.0)
    assert found.p > 0.5


def test_the_chance_is_that_of_the_exact_test_by_hand():
    so, theirs = np.array([1, 1, 0, 0], dtype=bool), np.array([1, 1, 0, 0], dtype=bool)

    assert compare(so, theirs, np.zeros(4, dtype=np.intp)).p == pytest.approx(1 / 6)


def test_chances_are_corrected_for_their_number_in_their_order():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []
