"""Labelled inquiries are read from CSV and JSON Lines, and what is wrong is named with its file and line."""

import json

import pytest

from model.errors import TrainingDataInvalid
from model.reading import Reading, Situation
from model.taxonomy import OUT_OF_SCOPE
from training.dataset import LabelledInquiry, read, read_file

LAMP = LabelledInquiry("Lamp; blue, 3\nwhere is it?", "order_status", "nl", "Lamp, where is it?")
ROW = {"text": LAMP.text, "label": LAMP.label, "language": LAMP.language, "text_en": LAMP.text_en}
QUOTED = '"Lamp; blue, 3\nwhere is it?"'
TABLES = {
    "comma.csv": f'text,label,language,text_en\n{QUOTED},order_status,nl,"Lamp, where is it?"\n',
    "semicolon.csv": f"text;label;language;text_en\n{QUOTED};order_status;nl;Lamp, where is it?\n",
    "tab.csv": f"text\tlabel\tlanguage\ttext_en\n{QUOTED}\torder_status\tnl\tLamp, where is it?\n",
    "tab.tsv": f"text\tlabel\tlanguage\ttext_en\n{QUOTED}\torder_status\tnl\tLamp, where is it?\n",
    "CAPITALS.CSV": f"text;label;language;text_en\n{QUOTED};order_status;nl;Lamp, where is it?\n",
    "mark.csv": f"\ufefftext;label;language;text_en\n{QUOTED};order_status;nl;Lamp, where is it?\n",
    "other_columns.csv": f"id;label;text_en;text;language\n1;order_status;Lamp, where is it?;{QUOTED};nl\n",
    "quoted_header.csv": f'"text";"label";"language";"text_en"\n{QUOTED};order_status;nl;Lamp, where is it?\n',
    "no_last_line_break.csv": f"text;label;language;text_en\n{QUOTED};order_status;nl;Lamp, where is it?",
    "lines.jsonl": json.dumps(ROW) + "\n",
    "mark.jsonl": "\ufeff" + json.dumps(ROW),
    "blank_lines.jsonl": f"\n\r\n{json.dumps(ROW | {'id': 1}, ensure_ascii=False)}\r\n\n",
}


@pytest.fixture
def write(tmp_path):
    def write_one(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_one


@pytest.mark.parametrize(("name", "content"), TABLES.items(), ids=TABLES)
def test_every_spelling_of_a_table_gives_the_same_inquiry(write, name, content):
    assert read([write(name, content)]) == [LAMP]


def test_line_breaks_of_windows_end_rows_but_not_quoted_texts(write):
    found = read([write("windows.csv", 'text,label\r\n"one\r\ntwo",a\r\nthree,b\r\n')])

    assert [(one.text.splitlines(), one.label) for one in found] == [(["one", "two"], "a"), (["three"], "b")]


def test_line_separators_inside_json_do_not_end_the_row(write):
    found = read([write("a.jsonl", '{"text": "one\u2028two\u0085three", "label": "a"}\n')])

    assert found == [LabelledInquiry("one\u2028two\u0085three", "a")]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_language_and_translation_may_be_empty(write, name):
    row = {"text": "where", "label": "a", "language": None, "text_en": ""}
    content = "text,label,language,text_en\nwhere,a,,\n" if name == "a.csv" else json.dumps(row)

    assert read([write(name, content)]) == [LabelledInquiry("where", "a", None, None)]


def test_all_rows_of_all_files_come_in_order(write):
    first, second = write("1.csv", "text,label\na,x\nb,y\n"), write("2.jsonl", '{"text": "c", "label": "x"}')

    assert [one.text for one in read([second, first])] == ["c", "a", "b"]


CSV, LINES = "a.csv", "a.jsonl"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param(CSV, "", ": holds no inquiry", id="empty_csv"),
        pytest.param(LINES, "\n\n", ": holds no inquiry", id="empty_lines"),
        pytest.param(CSV, "text,label\n", ": holds no inquiry", id="header_only"),
        pytest.param(CSV, "text,a\na,b\n", ":1: has no column 'label'; its columns are text, a", id="label"),
        pytest.param(CSV, "Text;label\na;b\n", ":1: has no column 'text'; its columns are Text, label", id="text"),
        pytest.param(CSV, 'text,label\n"one\ntwo",a\n,b\n', ":4: 'text' is not a text", id="no_text"),
        pytest.param(CSV, "text,label\na,b\nc,  \n", ":3: 'label' is not a text", id="blank_label"),
        pytest.param(CSV, "text,label\na,b\nc\n", ":3: 'label' is not a text", id="short_row"),
        pytest.param(CSV, b"text,label\na,b\ncaf\xe9,b\n", ":3: is not UTF-8 (byte 0xe9)", id="latin_1"),
        pytest.param(LINES, '{"text":"a"}'.encode("utf-16"), ":1: is not UTF-8 (byte 0xff)", id="utf_16"),
        pytest.param(LINES, '\n{"text": "a"}\n', ":2: has no 'label'", id="no_label"),
        pytest.param(LINES, '{"text": 5, "label": "a"}', ":1: 'text' is not a text", id="number"),
        pytest.param(LINES, '{"text": "a", "label": "b", "text_en": []}', ":1: 'text_en' is not a text", id="list"),
        pytest.param(LINES, '{"text": "a", "label": "b", "language": 5}', ":1: 'language' is not ", id="language"),
        pytest.param(LINES, '{"text": "a", "label": "b"}\n["a"]\n', ":2: is not a JSON object", id="array"),
        pytest.param(LINES, '{"text": "a"\n', ":1: is neither CSV by its name nor JSON", id="half"),
        pytest.param(LINES, "[" * 100_000, ":1: is neither CSV by its name nor JSON", id="deep"),
        pytest.param("a.txt", "hello", ":1: is neither CSV by its name nor JSON", id="no_table"),
        pytest.param(CSV, 'text,label\na,b\n"open,b\n', ":3: unexpected end", id="open_quote"),
        pytest.param(CSV, 'text,label\na,b\n"a" b,c\n', ":3: ',' expected", id="stray_quote"),
        pytest.param(CSV, 'text,"label" x\na,b\n', ":1: ',' expected", id="header_quote"),
        pytest.param(CSV, "text,label\ra,b\r", ":1: new-line", id="old_line_breaks"),
        pytest.param(CSV, "text,label\nHello, where is it,order\n", ":2: ", id="too_many_fields"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(write, name, content, said):
    path = write(name, content)

    with pytest.raises(TrainingDataInvalid) as error:
        read([path])

    assert str(error.value).startswith(f"{path}{said}")
    assert "\n" not in str(error.value)


def test_a_quote_that_is_never_closed_is_named_where_it_opens(write):
    path = write("a.csv", 'text,label\na,b\n"open,b\nc,d\ne,f\n')

    with pytest.raises(TrainingDataInvalid, match=f"^{path}:3: "):
        read([path])


def test_a_text_longer_than_any_inquiry_is_refused(write):
    with pytest.raises(TrainingDataInvalid, match="field larger than field limit"):
        read([write("long.csv", f"text,label\n{'x' * 1_000_001},a\n")])


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path, why in ((tmp_path / "none.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(TrainingDataInvalid, match=f"^{path}: cannot be read: {why}$"):
            read([path])


def test_files_are_described_by_name_rows_and_hash(write):
    path = write("a.csv", "text,label\na,x\nb,y\n")
    sha256 = "aa5c4c36e41149f509999197529caea001f8344c8fbe1478e39c9da8b19549a9"

    assert read_file(path).facts() == {"name": "a.csv", "rows": 2, "sha256": sha256}


def test_an_inquiry_with_several_categories_has_a_list_of_them_the_main_one_first(write):
    row = {"text": "Where is it, and do you have a blue one?", "labels": ["order_status", "product_information"]}

    (found,) = read([write("a.jsonl", json.dumps(row))])

    assert (found.label, found.labels) == ("order_status", ("order_status", "product_information"))


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([], ":1: 'labels' is not a list of texts"),
        ("order", ":1: 'labels' is not a list of texts"),
        (["order", 5], ":1: 'labels' is not a text"),
        (["order", " "], ":1: 'labels' is not a text"),
        (None, ":1: has no 'label'"),
    ],
    ids=["empty", "text", "number", "blank", "null"],
)
def test_a_list_of_categories_that_is_none_is_named(write, labels, said):
    path = write("a.jsonl", json.dumps({"text": "a", "labels": labels}))

    with pytest.raises(TrainingDataInvalid) as error:
        read([path])

    assert str(error.value) == f"{path}{said}"


@pytest.mark.parametrize("label", ["oos", "out_of_scope"])
def test_both_words_for_out_of_scope_mean_the_same(write, label):
    assert read([write("a.csv", f"text,label\nIs it raining,{label}\n")])[0].label == OUT_OF_SCOPE


def test_a_lone_surrogate_is_no_text(write):
    path = write("a.jsonl", '{"text": "lamp \\ud83d", "label": "a"}')

    with pytest.raises(TrainingDataInvalid, match=":1: 'text' is not a text"):
        read([path])


def test_the_translation_and_the_original_are_read_cleaned():
    inquiry = LabelledInquiry("  cafÃ©\n> citaat", "a", "nl", "coffee\n> quoted")

    assert inquiry.reading() == Reading("café", "coffee")
    assert inquiry.reading(untranslated=True) == Reading("café", None)


@pytest.mark.parametrize(
    ("inquiry", "situation"),
    [
        (LabelledInquiry("my lamp", "a"), Situation.ENGLISH),
        (LabelledInquiry("my lamp", "a", "en"), Situation.ENGLISH),
        (LabelledInquiry("my lamp", "a", "EN-gb", "my lamp"), Situation.ENGLISH),
        (LabelledInquiry("my lamp", "a", None, "my lamp"), Situation.ENGLISH),
        (LabelledInquiry("mijn lamp", "a", "nl", "my lamp"), Situation.TRANSLATED),
        (LabelledInquiry("mijn lamp", "a", None, "my lamp"), Situation.TRANSLATED),
        (LabelledInquiry("mijn lamp", "a", "nl"), Situation.UNTRANSLATED),
    ],
    ids=["plain", "english", "british", "same", "translated", "translated_from_unknown", "untranslated"],
)
def test_language_and_translation_decide_in_which_situation_an_inquiry_is_read(inquiry, situation):
    assert inquiry.reading().situation is situation


@pytest.mark.parametrize("text_en", ["my lamp", None])
def test_without_a_translator_english_stays_english_and_another_language_stays_itself(text_en):
    english = LabelledInquiry("my lamp", "a", "en", text_en).reading(untranslated=True)
    dutch = LabelledInquiry("mijn lamp", "a", "nl", text_en).reading(untranslated=True)

    assert (english.situation, dutch.situation) == (Situation.ENGLISH, Situation.UNTRANSLATED)


def test_a_blank_translation_is_none(write):
    row = {"text": "waar blijft het", "label": "a", "text_en": "  ", "language": "nl"}

    assert read([write("a.jsonl", json.dumps(row))])[0].reading() == Reading("waar blijft het", None)
