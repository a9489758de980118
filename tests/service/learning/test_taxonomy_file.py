"""A change of categories changes nothing else in the file, and says what is wrong before anything is written."""

import tomllib

import pytest

from model import configuration
from service.errors import InvalidInput
from service.learning.taxonomy_file import TaxonomyFile

FILE = """# Our company
[routing]
threshold = 0.5  # as Anna and Ben agreed

[categories.complaint]
meaning = "Something went wrong."  # not about parcels
desk = "care"
formerly = ["grievance"]

# what customers praise
[categories.feedback]
meaning = "An opinion."
desk = "care"

[categories.order_status]
desk = "orders"

[desks.care]  # third floor
title = "Care"
[desks.orders]
title = "Orders"
"""
APART = '[categories.a]\ndesk = "care"\n[desks.care]\ntitle = "Care"\n[categories.b]\ndesk = "care"\n'


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "loket.toml"
    path.write_text(FILE, "utf-8")
    return path


@pytest.fixture
def company():
    return configuration.default_company()


@pytest.fixture
def change(path, company):
    """Change the file; answers what it says then."""

    def make(act, content=None):
        if content is not None:
            path.write_text(content, "utf-8")
        file = TaxonomyFile.read(path, company)
        act(file)
        file.write()
        return tomllib.loads(path.read_text("utf-8"))

    return make


def test_what_is_only_read_is_written_letter_by_letter(path, company):
    TaxonomyFile.read(path, company).write()

    assert path.read_text("utf-8") == FILE


def test_a_renamed_category_keeps_its_table_and_its_former_names(change):
    categories = change(lambda file: file.merge(["complaint"], "dissatisfaction"))["categories"]

    assert list(categories) == ["feedback", "order_status", "dissatisfaction"]
    assert categories["dissatisfaction"] == {
        "meaning": "Something went wrong.", "desk": "care", "formerly": ["grievance", "complaint"],
    }  # fmt: skip


def test_a_rename_keeps_every_comment_and_all_else(change, path):
    before = tomllib.loads(FILE)

    after = change(lambda file: file.merge(["complaint"], "dissatisfaction"))

    assert [one for one in _comments(FILE) if one not in path.read_text("utf-8")] == []
    assert (after["routing"], after["desks"]) == (before["routing"], before["desks"])
    assert after["categories"]["feedback"] == before["categories"]["feedback"]


def _comments(text):
    return [line[line.index("#") :] for line in text.splitlines() if "#" in line]


def test_merged_categories_have_the_names_of_all_as_former_ones(change):
    categories = change(lambda file: file.merge(["complaint", "feedback"], "opinion"))["categories"]

    assert set(categories) == {"opinion", "order_status"}
    assert categories["opinion"]["formerly"] == ["grievance", "complaint", "feedback"]
    assert categories["opinion"]["meaning"] == "Something went wrong."


def test_merged_into_one_of_them_that_ones_table_stays(change):
    categories = change(lambda file: file.merge(["complaint", "feedback"], "feedback"))["categories"]

    assert categories["feedback"] == {
        "meaning": "An opinion.", "desk": "care", "formerly": ["grievance", "complaint"],
    }  # fmt: skip
    assert "complaint" not in categories


def test_former_names_are_carried_through_several_changes(change):
    change(lambda file: file.merge(["complaint"], "trouble"))

    categories = change(lambda file: file.merge(["trouble", "feedback"], "opinion"))["categories"]

    assert categories["opinion"]["formerly"] == ["grievance", "complaint", "trouble", "feedback"]


def test_a_rename_can_be_taken_back(change):
    change(lambda file: file.merge(["feedback"], "opinion"))

    categories = change(lambda file: file.merge(["opinion"], "feedback"))["categories"]

    assert categories["feedback"]["formerly"] == ["opinion"]


def test_a_split_category_gives_way_to_its_parts_each_with_its_desk(change):
    categories = change(lambda file: file.split("complaint", ["late", "broken"]))["categories"]

    part = {"meaning": "Something went wrong.", "desk": "care"}
    assert categories.items() >= {"late": part, "broken": part}.items()
    assert "complaint" not in categories


def test_a_category_may_be_split_off_from_one_that_stays(change):
    categories = change(lambda file: file.split("complaint", ["complaint", "broken"]))["categories"]

    assert {"complaint", "broken", "feedback", "order_status"} == set(categories)


def test_its_tables_are_those_of_the_file(path, company):
    file = TaxonomyFile.read(path, company)
    file.split("complaint", ["late", "broken"])

    file.write()

    assert file.tables() == tomllib.loads(path.read_text("utf-8"))


def test_a_company_without_categories_of_its_own_starts_from_those_in_force(tmp_path, company):
    path = tmp_path / "new" / "loket.toml"
    file = TaxonomyFile.read(path, company)
    file.merge(["complaint"], "trouble")

    file.write()

    written = tomllib.loads(path.read_text("utf-8"))
    assert set(written["categories"]) == set(company["categories"]) - {"complaint"} | {"trouble"}
    assert written["desks"] == company["desks"]


def test_categories_written_in_one_line_are_changed_too(change):
    content = '[categories]\na = {desk = "care"}\nb = {desk = "care"}\n[desks.care]\ntitle = "Care"\n'

    categories = change(lambda file: file.merge(["a", "b"], "c"), content)["categories"]

    assert categories == {"c": {"desk": "care", "formerly": ["a", "b"]}}


def test_categories_that_stand_apart_in_the_file_are_merged(change):
    categories = change(lambda file: file.merge(["a", "b"], "c"), APART)["categories"]

    assert categories == {"c": {"desk": "care", "formerly": ["a", "b"]}}


def test_categories_that_stand_apart_in_the_file_are_split(change):
    categories = change(lambda file: file.split("a", ["p", "q"]), APART)["categories"]

    assert set(categories) == {"b", "p", "q"}


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda file: file.merge(["complain"], "trouble"),
         "there is no category 'complain'; there are complaint, feedback, order_status"),
        (lambda file: file.merge(["complaint"], "feedback"),
         "there is a category 'feedback' already; name it among those to merge"),
        (lambda file: file.split("complain", ["late", "broken"]),
         "there is no category 'complain'; there are complaint, feedback, order_status"),
        (lambda file: file.split("complaint", ["late", "feedback"]), "there is a category 'feedback' already"),
        (lambda file: file.split("complaint", ["late"]), "a category is split into two or more"),
        (lambda file: file.split("complaint", ["late", "late"]), "a category is split into two or more"),
        (lambda file: file.split("complaint", []), "a category is split into two or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_named_and_nothing_is_written(change, path, act, said):
    with pytest.raises(InvalidInput) as refused:
        change(act)

    assert str(refused.value) == said
    assert path.read_text("utf-8") == FILE


def test_a_name_given_twice_counts_once(change):
    categories = change(lambda file: file.merge(["complaint", "complaint"], "trouble"))["categories"]

    assert categories["trouble"]["formerly"] == ["grievance", "complaint"]


@pytest.mark.parametrize("content", [b"[categories", b"\xff\xfe\x00", b"a = 1\na = 2\n"])
def test_a_file_that_cannot_be_read_is_named(path, company, content):
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=r"loket\.toml cannot be read: "):
        TaxonomyFile.read(path, company)


def test_a_folder_in_the_files_place_is_named(tmp_path, company):
    with pytest.raises(InvalidInput, match=" cannot be read: "):
        TaxonomyFile.read(tmp_path, company)


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing_behind(path, company):
    file = TaxonomyFile.read(path, company)
    file.merge(["complaint"], "trouble")
    path.unlink()
    path.mkdir()

    with pytest.raises(InvalidInput, match=r"loket\.toml cannot be written: Is a directory$"):
        file.write()

    assert [one.name for one in path.parent.iterdir()] == ["loket.toml"]


def test_where_no_folder_can_be_made_the_file_is_named(tmp_path, company):
    (tmp_path / "file").write_text("")
    file = TaxonomyFile.read(tmp_path / "file" / "loket.toml", company)

    with pytest.raises(InvalidInput, match=" cannot be written: "):
        file.write()
