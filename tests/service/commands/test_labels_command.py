"""`loket labels`: what people said of inquiries, in and out, and nothing that means no category here."""

import json

import pytest

from service.learning.labelled import labelled_texts
from service.storage.migrate import upgrade
from service.storage.store import Store

ROWS = [
    {"text": "Where is my parcel?", "label": "order_status", "language": "en"},
    {"text": "It has not come yet", "label": "order_status", "language": "en"},
    {"text": "Waar blijft mijn lamp?", "text_en": "Where is my lamp?", "label": "order_status", "language": "nl"},
    {"text": "I forgot my password", "label": "account_access", "language": "en"},
    {"text": "Is it raining?", "label": "out_of_scope", "language": "en"},
]
FORMATS = {
    "jsonl": "labels.jsonl",
    "csv": "labels.csv",
    "label-studio": "labels.json",
    "comprehend": "labels.csv",
    "azure": "labels.zip",
    "automl": "labels.csv",
}


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


def said(store):
    return {(one.text, one.categories) for one in labelled_texts(store)}


def test_what_is_imported_is_stored_with_language_and_translation(run, labelled, store):
    answer = run("labels", "import", labelled(ROWS))

    assert (answer.returncode, answer.stdout) == (0, "5 new labels of 5\n")
    dutch = next(one for one in labelled_texts(store) if one.language == "nl")
    assert (dutch.text, dutch.text_en, dutch.categories) == (
        "Waar blijft mijn lamp?", "Where is my lamp?", ("order_status",),
    )  # fmt: skip
    assert {(one.label.source, one.label.by) for one in labelled_texts(store)} == {("import", "import")}
    assert said(store) == {(row["text"], (row["label"],)) for row in ROWS}


def test_who_gave_them_is_the_file_s_word_or_the_caller_s(invoke, labelled, store):
    told = {"source": "correction", "at": "2026-01-05T10:00:00+00:00", "by": "user:ben"}
    invoke("labels", "import", labelled([ROWS[0] | told, ROWS[1]]), "--by", "user:olga")

    assert {(one.text, one.label.by) for one in labelled_texts(store)} == {
        (ROWS[0]["text"], "user:ben"), (ROWS[1]["text"], "user:olga"),
    }  # fmt: skip
    [dated] = [one.label.at.isoformat() for one in labelled_texts(store) if one.label.by == "user:ben"]
    assert dated == told["at"]


def test_imported_twice_nothing_is_new(invoke, labelled, store):
    file = labelled(ROWS)
    invoke("labels", "import", file)
    number = store.labels.newest()

    again = json.loads(invoke("labels", "import", file, file, "--json").stdout)

    assert (again, store.labels.newest()) == ({"read": 10, "mixed": 0, "new": 0}, number)


def test_the_same_text_with_another_label_is_new(invoke, labelled, store):
    invoke("labels", "import", labelled(ROWS))

    answer = invoke("labels", "import", labelled([ROWS[0] | {"label": "complaint"}]))

    assert answer.stdout == "1 new labels of 1\n"
    assert (ROWS[0]["text"], ("complaint",)) in said(store)
    assert (ROWS[0]["text"], ("order_status",)) not in said(store)


def test_labels_of_others_are_called_what_they_are_called_here(invoke, labelled, store):
    theirs = [ROWS[0] | {"label": "Order status"}, ROWS[3] | {"label": "a=b"}]

    answer = invoke(
        "labels", "import", labelled(theirs), "--map", "Order status=order_status", "--map", "a=b=account_access"
    )

    assert answer.returncode == 0
    assert said(store) == {(ROWS[0]["text"], ("order_status",)), (ROWS[3]["text"], ("account_access",))}


@pytest.mark.parametrize("pair", ["order_status", "=order_status", "Order status="])
def test_a_map_without_two_sides_is_a_usage_error(invoke, labelled, store, pair):
    answer = invoke("labels", "import", labelled(ROWS), "--map", pair)

    assert (answer.returncode, labelled_texts(store)) == (2, [])
    assert answer.stderr.splitlines()[-1] == "Error: Invalid value for --map: is written THEIRS=OURS"


def test_a_category_that_there_is_not_is_named_and_nothing_is_stored(invoke, labelled, store):
    answer = invoke("labels", "import", labelled([*ROWS, {"text": "Rain", "label": "weather"}]))

    assert (answer.returncode, answer.stdout, labelled_texts(store)) == (1, "", [])
    assert answer.stderr == "Error: there is no category 'weather'; name it with --map THEIRS=OURS\n"


def test_of_many_strange_categories_five_are_named(invoke, labelled):
    rows = [{"text": f"text {n}", "label": f"strange_{n}"} for n in range(8)]

    answer = invoke("labels", "import", labelled(rows))

    assert answer.stderr.count("strange_") == 5
    assert " and 3 more; name it with --map" in answer.stderr


def test_inquiries_with_several_labels_are_left_out_and_counted(invoke, labelled, store):
    mixed = {"text": "Where is it? And my invoice?", "labels": ["order_status", "billing_invoice"]}

    answer = invoke("labels", "import", labelled([ROWS[0], mixed]))

    assert answer.stdout == "1 new labels of 2; 1 with several labels were left out\n"
    assert said(store) == {(ROWS[0]["text"], ("order_status",))}


def test_a_file_that_cannot_be_read_is_told_in_one_line(invoke, tmp_path, store):
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text('{"text": "x", "label": "spam"}\n{"text": \n')

    for file in (tmp_path / "none.jsonl", damaged):
        answer = invoke("labels", "import", file)
        assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
        assert str(file) in answer.stderr
    assert labelled_texts(store) == []


@pytest.mark.parametrize(("kind", "name"), FORMATS.items(), ids=list(FORMATS))
def test_what_is_exported_can_be_imported_elsewhere(invoke, labelled, store, tmp_path, kind, name):
    invoke("labels", "import", labelled(ROWS, "given.jsonl"))
    file, elsewhere = tmp_path / name, f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"

    written = invoke("labels", "export", "--output", file, "--format", kind)
    read = invoke("labels", "import", file, "--format", kind, LOKET_DATABASE__URL=elsewhere)

    assert (written.returncode, written.stdout, written.stderr) == (0, "", f"5 labels in {file}\n")
    assert read.stdout == "5 new labels of 5\n"
    other = Store.at(elsewhere)
    assert said(other) == said(store)
    other.close()


@pytest.mark.parametrize(("kind", "name"), FORMATS.items(), ids=list(FORMATS))
def test_the_format_is_found_out_from_what_stands_in_the_file(invoke, labelled, store, tmp_path, kind, name):
    invoke("labels", "import", labelled(ROWS, "given.jsonl"))
    invoke("labels", "export", "--output", tmp_path / name, "--format", kind)

    assert invoke("labels", "import", tmp_path / name).stdout == "0 new labels of 5\n"


def test_an_export_to_a_place_that_cannot_be_written_is_told_in_one_line(invoke, labelled, tmp_path):
    invoke("labels", "import", labelled(ROWS))
    (tmp_path / "file").touch()

    answer = invoke("labels", "export", "--output", tmp_path / "file" / "labels.jsonl")

    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)


def test_labels_are_counted_by_source_and_category(invoke, labelled):
    invoke("labels", "import", labelled(ROWS))

    for_a_person, for_a_program = invoke("labels", "show"), json.loads(invoke("labels", "show", "--json").stdout)

    counts = {"order_status": 3, "account_access": 1, "out_of_scope": 1}
    assert for_a_program == {"labels": 5, "sources": {"import": 5}, "categories": counts, "conflicts": []}
    lines = for_a_person.stdout.splitlines()
    assert (lines[0], lines[1].split(), len(lines)) == ("5 labelled texts: 5 import", ["3", "order_status"], 4)


def test_texts_on_which_people_disagree_are_shown(invoke, labelled):
    invoke("labels", "import", labelled([*ROWS, {"text": "where is my  PARCEL?", "label": "complaint"}]))

    answer = invoke("labels", "show")

    assert answer.stdout.splitlines()[-2:] == [
        "1 texts have different labels; the first of each counts:", "        complaint / order_status",
    ]  # fmt: skip


def test_without_labels_there_is_nothing_to_count(invoke, tmp_path, database_url):
    opened = Store.at(database_url)
    upgrade(opened.engine)
    opened.close()

    facts = json.loads(invoke("labels", "show", "--json").stdout)

    assert facts == {"labels": 0, "sources": {}, "categories": {}, "conflicts": []}
