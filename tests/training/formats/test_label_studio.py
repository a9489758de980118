"""Label Studio's exports are read, and what it imports is written."""

from datetime import UTC, datetime

import pytest

from model.errors import TrainingDataInvalid
from training.dataset import Given, LabelledInquiry, Source
from training.formats.label_studio import LabelStudio

AT = "2026-03-02T09:30:00.513742Z"
GIVEN = Given(Source.IMPORT, datetime(2026, 3, 2, 9, 30, 0, 513742, tzinfo=UTC), "label-studio:10")


def chosen(*labels, at=AT, by=10, control="category", **facts):
    value = {"choices": list(labels)}
    result = {"id": "t5", "from_name": control, "to_name": "text", "type": "choices", "value": value}
    return {"id": 1001, "result": [result], "was_cancelled": False, "updated_at": at, "completed_by": by, **facts}


def task(*annotations, text="Where is my lamp?", **data):
    return {
        "id": 7,
        "project": 83,
        "data": {"text": text, **data},
        "annotations": list(annotations),
        "predictions": [],
    }


def read_labels(path, **options):
    return [one.labels or one.label for one in LabelStudio(**options).read(path)]


def test_the_json_export_gives_text_label_and_who_gave_it_when(place):
    found = LabelStudio().read(place("project.json", [task(chosen("order_status"), language="en")]))

    assert found == [LabelledInquiry("Where is my lamp?", "order_status", "en", given=GIVEN)]


def test_several_choices_make_a_mixed_inquiry(place):
    assert read_labels(place("a.json", [task(chosen("order_status", "complaint"))])) == [
        ("order_status", "complaint")
    ]


@pytest.mark.parametrize(
    ("annotations", "label"),
    [
        ([chosen("b"), chosen("a"), chosen("a", at="2020-01-01T00:00:00Z")], "a"),
        ([chosen("a", at="2026-01-01T00:00:00Z"), chosen("b", at="2026-01-02T00:00:00Z")], "b"),
        ([chosen("a"), chosen("a"), chosen("b", ground_truth=True)], "b"),
        ([chosen("a"), chosen("b", was_cancelled=True), chosen("b", was_cancelled=True)], "a"),
        ([chosen("a"), chosen("b", at=None)], "a"),
    ],
    ids=["what most chose", "the latest of equals", "the ground truth", "not the cancelled", "with a time"],
)
def test_of_several_annotations_one_counts(place, annotations, label):
    assert read_labels(place("a.json", [task(*annotations)])) == [label]


def test_tasks_that_nobody_labelled_are_left_out(place):
    drawn = {"from_name": "where", "type": "labels", "value": {"labels": ["x"], "start": 0, "end": 3}}
    unlabelled = [task(), task(chosen()), task(chosen("b", was_cancelled=True)), task({"id": 3, "result": [drawn]})]

    assert read_labels(place("a.json", [*unlabelled, task(chosen("a"))])) == ["a"]
    with pytest.raises(TrainingDataInvalid, match="none of its 4 inquiries has a label"):
        LabelStudio().read(place("none.json", unlabelled))


def test_predictions_are_no_labels_unless_asked_for(place):
    guessed = task() | {"predictions": [{"model_version": "m", "result": chosen("b")["result"]}]}
    path = place("a.json", [guessed, task(chosen("a"))])

    assert read_labels(path) == ["a"]
    assert read_labels(path, predictions=True) == ["b", "a"]


def test_a_snapshot_with_only_the_ids_of_predictions_is_read(place):
    assert read_labels(place("a.json", [task(chosen("a")) | {"predictions": [12, 13]}])) == ["a"]


def test_of_several_questions_the_named_one_counts(place):
    both = chosen("a")
    both["result"] += chosen("high", control="urgency")["result"]
    path = place("a.json", [task(both)])

    assert read_labels(path, control="urgency") == ["high"]
    with pytest.raises(TrainingDataInvalid, match=r"task 1 \(id 7\): has several choices.*: 'category', 'urgency'"):
        LabelStudio().read(path)


def test_the_text_may_have_another_name(place):
    path = place("a.json", [{"id": 7, "data": {"body": "Hello", "row": 3}, "annotations": [chosen("a")]}])

    assert [one.text for one in LabelStudio(text="body").read(path)] == ["Hello"]
    with pytest.raises(TrainingDataInvalid, match="has no 'text'; its data has 'body', 'row'"):
        LabelStudio().read(path)


CSV = (
    "annotation_id,annotator,category,created_at,id,language,lead_time,text,updated_at\n"
    f'1,10,order_status,{AT},7,en,4.2,"Where, ""please"",\nis it?",{AT}\n'
    f'2,10,"{{""choices"": [""order_status"", ""complaint""]}}",{AT},8,,3.1,=1+1,{AT}\n'
    f"3,11,,{AT},9,,1.0,nobody labelled this,{AT}\n"
)
ROWS = [
    LabelledInquiry('Where, "please",\nis it?', "order_status", "en", given=GIVEN),
    LabelledInquiry("=1+1", "order_status", labels=("order_status", "complaint"), given=GIVEN),
]


def test_the_csv_export_is_read(place):
    assert LabelStudio().read(place("a.csv", CSV)) == ROWS


def test_the_smaller_json_export_is_read(place):
    rows = [
        {"id": 7, "text": ROWS[0].text, "language": "en", "category": "order_status"},
        {"id": 8, "text": "=1+1", "category": {"choices": ["order_status", "complaint"]}},
    ]
    facts = {"annotator": 10, "annotation_id": 4, "created_at": AT, "updated_at": AT, "lead_time": 4.2}

    assert LabelStudio().read(place("a.json", [row | facts for row in rows])) == ROWS


def test_rows_of_one_task_in_csv_are_settled_as_its_annotations(place):
    rows = "".join(f"{n},10,{label},7,Hello\n" for n, label in enumerate("abb"))

    assert read_labels(place("a.csv", f"annotation_id,annotator,topic,id,text\n{rows}")) == ["b"]


def test_a_doubt_about_the_label_column_is_named(place):
    path = place("a.csv", "annotation_id,topic,urgency,id,text\n1,a,high,7,Hello\n")

    assert read_labels(path, control="topic") == ["a"]
    with pytest.raises(TrainingDataInvalid, match="several could be the label, name one: 'topic', 'urgency'"):
        LabelStudio().read(path)


@pytest.mark.parametrize("predictions", [False, True])
def test_what_is_written_is_read_again(tmp_path, predictions):
    inquiries = [
        LabelledInquiry("  Waar blijft het?\r\n\u2028", "Étiquette, «1»", "nl", "Where is it?"),
        LabelledInquiry("=1+1", "b", labels=("b", "a")),
    ]
    service = LabelStudio(predictions=predictions)

    assert service.write(tmp_path / "tasks.json", inquiries) == 2
    assert service.read(tmp_path / "tasks.json") == inquiries


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[{]", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('[{"data": {"text": "a"}}, 5]', "task 2: it is not a JSON object"),
        ('[{"data": {"text": "a"}, "annotations": {}}, 5]', "task 2: it is not a JSON object"),
        ([task({"result": [{"type": "choices"}]})], "'value' is not a JSON object"),
        ([task(chosen(5))], "the label is not a text"),
        ([task(chosen("a"), text=["a"])], "the text is not a text"),
        ([task(chosen("a"), text=" ")], "the text is empty"),
        ([task(chosen("a"), text="\ud800")], "half a surrogate pair"),
        ([task(chosen("a"), text="a\0b")], "NUL"),
        ([task(chosen("a"), text="a" * 1_000_001)], "more than 1,000,000 characters"),
        ([task(chosen("a", at="yesterday"))], "'yesterday' is not a time"),
        ("annotation_id,topic,text\n1,a\n", ":2: has 2 fields, the header has 3"),
    ],
)
def test_what_is_wrong_is_named(place, content, message):
    with pytest.raises(TrainingDataInvalid, match=message):
        LabelStudio().read(place("a.json", content))
