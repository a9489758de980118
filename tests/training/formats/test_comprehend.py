"""Amazon Comprehend's training files are read and written."""

from datetime import UTC, datetime

import pytest

from model.errors import TrainingDataInvalid
from training.dataset import Given, LabelledInquiry, Source
from training.formats.comprehend import Comprehend

MANIFEST = [
    {
        "source": "Where is it?",
        "Job": 0,
        "Job-metadata": {
            "confidence": 0.62,
            "job-name": "labeling-job/job",
            "class-name": "order status",
            "human-annotated": "yes",
            "creation-date": "2020-05-21T17:36:45.814354",
            "type": "groundtruth/text-classification",
        },
    },
    {
        "source": "Late and rude",
        "Job": [4, 0],
        "Job-metadata": {
            "job-name": "labeling-job/job",
            "class-map": {"0": "action", "4": "drama"},
            "confidence-map": {"0": 0.66},
            "type": "groundtruth/text-classification-multilabel",
        },
    },
    {"source": "Nobody could say", "Job-metadata": {"failure-reason": "no consensus"}},
    {"source": "Not asked"},
]
INQUIRIES = [
    LabelledInquiry('  =1+1, "quoted"\r\nand on ', "SPAM"),
    LabelledInquiry("Late and rude", "order status", labels=("order status", "Ärger/2")),
]


def test_csv_of_one_class_a_row_is_read(place):
    path = place("a.csv", 'SPAM,"Paulo, your $1000 award is waiting!"\r\nNOT_SPAM,Hello\r\n')

    assert Comprehend().read(path) == [
        LabelledInquiry("Paulo, your $1000 award is waiting!", "SPAM"),
        LabelledInquiry("Hello", "NOT_SPAM"),
    ]


def test_csv_of_several_classes_a_row_is_read(place):
    path = place("a.csv", "COMEDY|MYSTERY,A band of misfit teens\n")

    assert Comprehend().read(path)[0].labels == ("COMEDY", "MYSTERY")
    assert Comprehend(delimiter="").read(path)[0].label == "COMEDY|MYSTERY"


def test_the_augmented_manifest_is_read(place):
    given = Given(Source.IMPORT, datetime(2020, 5, 21, 17, 36, 45, 814354, tzinfo=UTC), "comprehend")

    assert Comprehend().read(place("output.manifest", MANIFEST)) == [
        LabelledInquiry("Where is it?", "order status", given=given),
        LabelledInquiry("Late and rude", "drama", labels=("drama", "action")),
    ]


def test_of_several_jobs_the_named_one_counts(place):
    facts = {"class-name": "other", "type": "groundtruth/text-classification"}
    path = place("a.manifest", [MANIFEST[0] | {"Second": 1, "Second-metadata": facts}])

    assert Comprehend(attribute="Second").read(path)[0].label == "other"
    with pytest.raises(
        TrainingDataInvalid, match=r"a\.manifest:1: has labels of several jobs, name one: 'Job', 'Second'"
    ):
        Comprehend().read(path)


@pytest.mark.parametrize("name", ["a.csv", "a.manifest", "a.jsonl"])
def test_what_is_written_is_read_again(tmp_path, name):
    assert Comprehend().write(tmp_path / name, iter(INQUIRIES)) == 2
    assert Comprehend().read(tmp_path / name) == INQUIRIES


def test_a_text_like_a_formula_is_written_as_it_is(tmp_path):
    Comprehend().write(tmp_path / "a.csv", [LabelledInquiry("=1+1", "@SUM")])

    assert (tmp_path / "a.csv").read_bytes() == b"@SUM,=1+1\r\n"


def test_a_label_that_holds_the_delimiter_is_refused_and_nothing_is_written(place):
    path = place("a.csv", "as,before\n")

    with pytest.raises(TrainingDataInvalid, match=r"inquiry 2: the label's name holds '\|'"):
        Comprehend().write(path, [INQUIRIES[0], LabelledInquiry("a", "x|y")])
    assert path.read_text() == "as,before\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("SPAM,one\nSPAM, two, three\n", ":2: has 3 fields, not a label and a text"),
        ("SPAM\n", ":1: has 1 fields"),
        ("Label,Text\nSPAM,one\n", ":1: is a header"),
        (",one\n", ":1: the label is empty"),
        ("A||B,one\n", ":1: the label is empty"),
        ("A,one\nA,\n", ":2: the text is empty"),
        ('A,one\nA,"two\nthree\n', ":2: unexpected end of data"),
        (f'A,one\nA,"{"x" * 1_000_001}"\n', ":2: field larger"),
        (b"A,one\nA,\xff\n", ":2: is not UTF-8"),
        ("A,one\n".encode("utf-16-le"), ":1: holds a NUL"),
        ("\n\n", "holds no inquiry"),
        ('{"source": "a"}\n[1]\n', ":2: the line is not a JSON object"),
        ('{"source-ref": "s3://bucket/a.txt"}\n', ":1: its text is a file elsewhere"),
        ('{"text": "a"}\n', ":1: has no 'source'"),
        ('{"source": "a", "J-metadata": 5}\n', ":1: 'J-metadata' is not a JSON object"),
        (
            '{"source": "a", "J": [1], "J-metadata": {"class-map": {"0": "a"}}}\n',
            ":1: class 1 is not in 'class-map'",
        ),
        ('{"source": "a", "J": [1], "J-metadata": {}}\n', ":1: 'class-map' is not a JSON object"),
        ('{"source": "\\ud800", "J": 0, "J-metadata": {"class-name": "a"}}\n', ":1: the text holds"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(place, content, message):
    with pytest.raises(TrainingDataInvalid, match=f"a.csv:?.*{message}"):
        Comprehend().read(place("a.csv", content))
