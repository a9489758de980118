"""Azure's projects of custom text classification are read with their documents, and written as one zip."""

import io
import json
import zipfile

import pytest

from model.errors import TrainingDataInvalid
from training.dataset import LabelledInquiry
from training.formats import zipped
from training.formats.azure import Azure

INQUIRIES = [
    LabelledInquiry("  Waar blijft het?\r\n\u2028=1", "Where is it?", "nl-nl"),
    LabelledInquiry("Late and rude", "b", None, labels=("b", "Étiquette")),
]


def project(*documents, multilingual=True, kind="CustomSingleLabelClassification"):
    facts = {"projectKind": kind, "projectName": "p", "multilingual": multilingual, "language": "en-us"}
    classes = [{"category": "order_status"}, {"category": "complaint"}]
    return {
        "projectFileVersion": "2022-05-01",
        "stringIndexType": "Utf16CodeUnit",
        "metadata": facts,
        "assets": {"projectKind": kind, "classes": classes, "documents": list(documents)},
    }


def document(location="doc1.txt", **facts):
    return {"location": location, "dataset": "Train", "class": {"category": "order_status"}} | facts


def zip_of(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, one in files.items():
            target.writestr(name, one)
    return content.getvalue()


def test_a_project_is_read_with_the_texts_beside_it(place):
    place("doc1.txt", "Where is my lamp?\n")
    place("later/doc2.txt", b"\xef\xbb\xbfWaar?")
    path = place("project.json", project(document(), document("later/doc2.txt", language="nl")))

    assert Azure().read(path) == [
        LabelledInquiry("Where is my lamp?\n", "order_status"),
        LabelledInquiry("Waar?", "order_status", "nl"),
    ]


def test_several_classes_make_a_mixed_inquiry_and_documents_without_are_left_out(place):
    place("doc1.txt", "Late")
    both = {"location": "doc1.txt", "classes": [{"category": "order_status"}, {"category": "complaint"}]}
    none = {"location": "gone.txt", "classes": []}
    path = place("a.json", project(none, both, kind="customMultiLabelClassification"))

    assert [one.labels for one in Azure().read(path)] == [("order_status", "complaint")]


def test_a_document_has_the_language_of_a_project_in_one_language(place):
    place("doc1.txt", "Late")

    assert [one.language for one in Azure().read(place("a.json", project(document(), multilingual=False)))] == [
        "en-us"
    ]


def test_a_zip_is_read_in_place(place, tmp_path):
    files = {
        "export/project.json": json.dumps(project(document())),
        "export/doc1.txt": "Late",
        "export/._a.json": "x",
    }
    path = place("export.zip", zip_of(**files))

    assert Azure().read(path) == [LabelledInquiry("Late", "order_status")]
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_written_is_read_again(tmp_path):
    assert Azure().write(tmp_path / "a.zip", INQUIRIES) == 2
    assert Azure().read(tmp_path / "a.zip") == INQUIRIES


def test_what_is_written_can_be_unpacked_and_read_again(tmp_path):
    Azure().write(tmp_path / "a.zip", INQUIRIES)
    with zipfile.ZipFile(tmp_path / "a.zip") as written:
        written.extractall(tmp_path / "unpacked")

    assert Azure().read(tmp_path / "unpacked" / "project.json") == INQUIRIES


def test_the_same_labels_give_the_same_bytes(tmp_path):
    for name in ("a.zip", "b.zip"):
        Azure().write(tmp_path / name, INQUIRIES)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_project_is_not_written_as_many_files(tmp_path):
    with pytest.raises(TrainingDataInvalid, match=r"give a name that ends in \.zip"):
        Azure().write(tmp_path / "a.json", INQUIRIES)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "where", ["../secret.txt", "a/../../secret.txt", "/etc/hostname", "..\\secret.txt", "c:x", ".", "a\nb"]
)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_no_document_outside_the_folder_is_read(place, where, packed):
    place("secret.txt", "secret")
    content = json.dumps(project(document(where)))
    inside = {"project.json": content, "../secret.txt": "secret", "/etc/hostname": "secret"}
    path = place("in/a.zip", zip_of(**inside)) if packed else place("in/a.json", content)

    with pytest.raises(TrainingDataInvalid, match=r"document 1: .* is not a place below the folder"):
        Azure().read(path)


def test_no_link_leads_out_of_the_folder(place, tmp_path):
    place("secret.txt", "secret")
    path = place("in/a.json", project(document("link.txt")))
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "secret.txt")

    with pytest.raises(TrainingDataInvalid, match=r"document 1: 'link.txt' leads out of the folder"):
        Azure().read(path)


def test_a_document_that_grows_when_unpacked_is_refused(place):
    bomb = zip_of(**{"project.json": json.dumps(project(document())), "doc1.txt": b"a" * 50_000_000})

    assert len(bomb) < 100_000
    with pytest.raises(TrainingDataInvalid, match=r"'doc1\.txt' grows beyond 4,000,000 bytes"):
        Azure().read(place("a.zip", bomb))


def test_documents_that_grow_together_are_refused(place, monkeypatch):
    monkeypatch.setattr(zipped, "FILE_MAX_BYTES", 3_000_000)
    names = [f"doc{number}.txt" for number in range(4)]
    files = {"project.json": json.dumps(project(*map(document, names)))} | dict.fromkeys(names, b"a" * 900_000)

    with pytest.raises(TrainingDataInvalid, match=r"'doc3.txt' .*the zip beyond its bound"):
        Azure().read(place("a.zip", zip_of(**files)))


def test_a_damaged_zip_is_named(place):
    content = bytearray(zip_of(**{"project.json": "{}", "doc1.txt": "Late"}))
    content[45] ^= 0xFF

    with pytest.raises(TrainingDataInvalid, match=r"a.zip: 'project.json' cannot be read"):
        Azure().read(place("a.zip", bytes(content)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (project(document("gone.txt")), "gone.txt: cannot be read: No such file"),
        (project(document("latin.txt")), r"latin.txt:1: is not UTF-8 \(byte 0xe9\)"),
        (project(document("zero.txt")), "zero.txt:1: holds a NUL"),
        (project(document("empty.txt")), r"document 1 \('empty.txt'\): the text is empty"),
        (project(document("large.txt")), "large.txt: has more than 4,000,000 bytes"),
        (project(document(5)), "document 1: 'location' is not a text"),
        (project(document(**{"class": "a"})), "document 1: a class is not a JSON object"),
        (project(document(**{"class": {"name": "a"}})), r"document 1 \('doc1.txt'\): the label is not a text"),
        (project(), "holds no inquiry"),
        (project(kind="CustomEntityRecognition"), "the project's kind is 'CustomEntityRecognition', not Custom"),
        ({"metadata": {}}, "'assets' is not a JSON object"),
        ([1], "the project is not a JSON object"),
        ("{", "is not JSON"),
        (zip_of(a="b"), "has 0 JSON files, not one project"),
        (zip_of(**{"a.json": "{}", "b.json": "{}"}), "has 2 JSON files"),
    ],
)
def test_what_is_wrong_is_named(place, content, message):
    texts = {"latin.txt": b"caf\xe9", "zero.txt": b"a\0", "empty.txt": b" \n", "large.txt": b"a" * 4_000_001}
    for name, one in (texts | {"doc1.txt": b"Late"}).items():
        place(name, one)

    with pytest.raises(TrainingDataInvalid, match=message):
        Azure().read(place("a.json", content))
