"""Google's AutoML and Vertex AI files are read and written."""

import pytest

from model.errors import TrainingDataInvalid
from training.dataset import LabelledInquiry
from training.formats.automl import AutoMl

INQUIRIES = [
    LabelledInquiry(" They have bad food, and\r\nare «rude»", "RudeService", labels=("RudeService", "Bad, Food")),
    LabelledInquiry("=test", "-1"),
    LabelledInquiry("see gs://bucket/a.txt", "broken link"),
]


def test_csv_with_sets_is_read_and_unlabelled_rows_are_left_out(place):
    path = place(
        "a.csv",
        'TRAIN,"They have bad food and very rude",RudeService,BadFood\n'
        'TEST,"Typically always bad service there.",RudeService,\n'
        'VALIDATE,"Stomach ache to go."\n'
        ',"No set",BadFood\n',
    )

    assert AutoMl().read(path) == [
        LabelledInquiry("They have bad food and very rude", "RudeService", labels=("RudeService", "BadFood")),
        LabelledInquiry("Typically always bad service there.", "RudeService"),
        LabelledInquiry("No set", "BadFood"),
    ]


def test_csv_without_sets_is_read(place):
    found = AutoMl().read(place("a.csv", "Bad food,BadFood\ntest,spam\ntraining,Slow,SlowService\n"))

    assert [(one.text, one.label) for one in found] == [
        ("Bad food", "BadFood"),
        ("test", "spam"),
        ("Slow", "SlowService"),
    ]


@pytest.mark.parametrize("where", ["bucket/folder/content.txt", "folder/content.txt", "content.txt"])
def test_a_text_in_cloud_storage_is_read_from_beside_the_file(place, where):
    place(where, "Slow, slow\n")
    table = place("a.csv", "TRAIN,gs://bucket/folder/content.txt,SlowService\n")
    lines = place(
        "a.jsonl",
        [
            {
                "textGcsUri": "gs://bucket/folder/content.txt",
                "classificationAnnotation": {"displayName": "SlowService"},
            }
        ],
    )

    expected = [LabelledInquiry("Slow, slow\n", "SlowService")]
    assert AutoMl().read(table) == expected
    assert AutoMl().read(lines) == expected


def test_json_lines_are_read(place):
    rows = [
        {
            "classificationAnnotation": {"displayName": "label", "annotationResourceLabels": {}},
            "textContent": "inline",
            "dataItemResourceLabels": {"aiplatform.googleapis.com/ml_use": "training"},
        },
        {"classificationAnnotations": [{"displayName": "a"}, {"displayName": "b"}], "textContent": "both"},
        {"classificationAnnotations": [], "textContent": "none"},
        {"textContent": "none"},
    ]

    assert AutoMl().read(place("a.jsonl", rows)) == [
        LabelledInquiry("inline", "label"),
        LabelledInquiry("both", "a", labels=("a", "b")),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_what_is_written_is_read_again(tmp_path, name):
    assert AutoMl().write(tmp_path / name, INQUIRIES) == 3
    assert AutoMl().read(tmp_path / name) == INQUIRIES


def test_json_lines_keep_the_language(tmp_path):
    AutoMl().write(tmp_path / "a.jsonl", [LabelledInquiry("waar", "a", "nl")])

    assert AutoMl().read(tmp_path / "a.jsonl") == [LabelledInquiry("waar", "a", "nl")]


def test_a_text_that_would_be_a_path_is_written_to_json_lines_only(tmp_path):
    with pytest.raises(TrainingDataInvalid, match="inquiry 1: its text would be read as a path"):
        AutoMl().write(tmp_path / "a.csv", [LabelledInquiry("gs://bucket/a.txt is gone", "a")])
    assert list(tmp_path.iterdir()) == []
    AutoMl().write(tmp_path / "a.jsonl", [LabelledInquiry("gs://bucket/a.txt is gone", "a")])
    assert AutoMl().read(tmp_path / "a.jsonl")[0].text == "gs://bucket/a.txt is gone"


@pytest.mark.parametrize("path", ["gs://b/../../secret.txt", "gs://../secret.txt", "gs://b//etc/secret.txt"])
def test_no_text_outside_the_folder_is_read(place, tmp_path, path):
    (tmp_path / "secret.txt").write_text("secret")
    table = place("data/in/a.csv", f"TRAIN,{path},a\n")

    with pytest.raises(TrainingDataInvalid, match=r"a.csv:1: .*(below the folder|not beside)"):
        AutoMl().read(table)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("TRAIN,a,b\nTRAIN,gs://bucket/a.pdf,b\n", ":2: 'a.pdf' is not a .txt file"),
        ("TRAIN,gs://bucket/gone.txt,b\n", ":1: gs://bucket/gone.txt is not beside the file"),
        ("TRAIN,,b\n", ":1: the text is empty"),
        ("TRAIN,one\nTEST,two\n", "none of its 2 inquiries has a label"),
        ('{"textContent": 5, "classificationAnnotation": {"displayName": "a"}}', ":1: the text is not a text"),
        ('{"textContent": "a", "classificationAnnotation": {"displayName": null}}', ":1: the label is not a text"),
        ('{"textContent": "a", "classificationAnnotation": "b"}', ":1: an annotation is not a JSON object"),
        ('{"textGcsUri": "a.txt", "classificationAnnotation": {"displayName": "a"}}', ":1: 'textGcsUri' is not"),
        (
            '{"imageGcsUri": "gs://a", "classificationAnnotation": {"displayName": "a"}}',
            ":1: the text is not a text",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(place, content, message):
    with pytest.raises(TrainingDataInvalid, match=f"a.csv:?.*{message}"):
        AutoMl().read(place("a.csv", content))
