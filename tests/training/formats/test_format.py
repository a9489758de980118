"""Formats are found by name and by content, keep what they can hold, and never leave half a file."""

from datetime import UTC, datetime

import pytest

from model.errors import TrainingDataInvalid
from training.dataset import Given, LabelledInquiry, Source
from training.formats.format import FORMATS, guess

ONE = LabelledInquiry("Where is it,\n«my» lamp? 💡", "order_status")
TWO = LabelledInquiry("=1+1", "-a label, not ours")
THREE = LabelledInquiry("Again", "order_status")
MIXED = LabelledInquiry("Late and rude", "order_status", labels=("order_status", "complaint"))
DUTCH = LabelledInquiry("Waar blijft het?", "order_status", "nl", "Where is it?")
NAMES = {
    "csv": ["a.csv"],
    "jsonl": ["a.jsonl"],
    "label-studio": ["a.json"],
    "comprehend": ["a.csv", "a.manifest"],
    "azure": ["a.zip"],
    "automl": ["a.csv", "a.jsonl"],
}
FILES = [(form, name) for form, names in NAMES.items() for name in names]


def test_every_format_has_its_name():
    assert {name: one.name for name, one in FORMATS.items()} == {name: name for name in NAMES}


@pytest.mark.parametrize(("form", "name"), FILES)
def test_every_format_gives_back_text_and_label(tmp_path, form, name):
    assert FORMATS[form].write(tmp_path / name, iter([ONE, TWO, THREE])) == 3
    assert FORMATS[form].read(tmp_path / name) == [ONE, TWO, THREE]


@pytest.mark.parametrize(("form", "name"), FILES)
def test_every_format_is_guessed_from_what_it_wrote(tmp_path, form, name):
    FORMATS[form].write(tmp_path / name, [ONE, TWO, THREE])

    assert guess(tmp_path / name) is FORMATS[form]


@pytest.mark.parametrize(("form", "name"), [one for one in FILES if one[0] != "csv"])
def test_every_format_but_our_csv_gives_back_several_labels(tmp_path, form, name):
    FORMATS[form].write(tmp_path / name, [MIXED, ONE])

    assert FORMATS[form].read(tmp_path / name) == [MIXED, ONE]


def test_our_csv_refuses_several_labels(tmp_path):
    with pytest.raises(
        TrainingDataInvalid, match="inquiry 2: has several labels, which CSV cannot hold; write jsonl"
    ):
        FORMATS["csv"].write(tmp_path / "a.csv", [ONE, MIXED])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["csv", "jsonl", "label-studio"])
def test_language_and_translation_are_kept_where_there_is_a_place(tmp_path, form):
    path = tmp_path / NAMES[form][0]
    FORMATS[form].write(path, [DUTCH])

    assert FORMATS[form].read(path) == [DUTCH]


def test_our_json_lines_keep_who_gave_the_label(tmp_path):
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    given = Given(Source.CORRECTION, at, "user:anna", "orders", "20260301-1", 7, "inq_1")
    corrected = LabelledInquiry("Waar?", "order_status", "nl", given=given)
    FORMATS["jsonl"].write(tmp_path / "a.jsonl", [corrected])

    assert FORMATS["jsonl"].read(tmp_path / "a.jsonl") == [corrected]


@pytest.mark.parametrize(("form", "name"), FILES)
@pytest.mark.parametrize(
    "bad", [LabelledInquiry("\ud800", "a"), LabelledInquiry("a", "\0"), LabelledInquiry("", "a")]
)
def test_what_could_not_be_read_again_is_not_written(tmp_path, form, name, bad):
    (tmp_path / name).write_text("as before")

    with pytest.raises(TrainingDataInvalid, match=r"inquiry 2: the (text|label)"):
        FORMATS[form].write(tmp_path / name, [ONE, bad])
    assert [path.read_text() for path in tmp_path.iterdir()] == ["as before"]


@pytest.mark.parametrize(("form", "name"), FILES)
def test_a_file_that_cannot_be_written_or_read_is_named(tmp_path, form, name):
    (tmp_path / name).mkdir()

    with pytest.raises(TrainingDataInvalid, match=f"{name}: cannot be written: "):
        FORMATS[form].write(tmp_path / name, [ONE])
    with pytest.raises(TrainingDataInvalid, match=f"{name}: cannot be read: "):
        FORMATS[form].read(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("id;text;label\n1;Hello;a\n", "csv"),
        ('"text"\t"label"\n"a; b"\t"c"\n', "csv"),
        ("annotation_id,annotator,sentiment,created_at,id,text\n1,1,a,,7,Hello\n", "label-studio"),
        ('[{"id": 1, "data": {"text": "a"}}]', "label-studio"),
        ('{\n "assets": {"documents": []}\n}', "azure"),
        ('{"source": "correction", "text": "a", "label": "b"}\n', "jsonl"),
        ('{"text": "a", "labels": ["b"]}\n', "jsonl"),
        ('{"source": "a", "J": 0, "J-metadata": {}}\n', "comprehend"),
        ("SPAM,one\nSPAM,two\nHAM,\"three; or\nfour; or\n'five'\"\n", "comprehend"),
        ("one,SPAM\ntwo,SPAM\n", "automl"),
        ("TRAIN,one,SPAM\nTEST,two,SPAM,HAM\n", "automl"),
        ("gs://bucket/a.txt,SPAM\n", "automl"),
        ('{"textGcsUri": "gs://bucket/a.txt"}\n', "automl"),
    ],
)
def test_a_format_is_known_by_its_content(place, content, form):
    assert guess(place("export.dat", content)).name == form


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no inquiry"),
        ("a,b\n", "not certain, name it: seen was a first row of 2 fields"),
        ("a,b,c\nd,e,f\n", "seen was a first row of 3 fields"),
        ('{"question": "a", "answer": "b"}', "seen was a JSON object with 'question', 'answer'"),
        ('{"a\\nb\\ud800": 1}', r"with 'a\\nb\\ud800'$"),
        ("{oops", "seen was a '{', and no JSON object"),
        (b"\xff\xfea\0", ":1: is not UTF-8"),
        (b"\x89PNG\r\n", ":1: is not UTF-8"),
    ],
)
def test_what_is_no_known_format_says_what_was_seen(place, content, message):
    with pytest.raises(TrainingDataInvalid, match=message):
        guess(place("export.dat", content))


@pytest.mark.parametrize(("form", "name"), [("csv", "a.jsonl"), ("jsonl", "a.csv")])
def test_our_formats_go_by_the_file_s_name(place, form, name):
    with pytest.raises(TrainingDataInvalid, match="by its name this is not"):
        FORMATS[form].read(place(name, "text,label\na,b\n"))
