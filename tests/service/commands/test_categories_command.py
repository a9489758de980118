"""`loket categories`: renamed, merged, split with all that hangs on them, or refused before anything is written."""

import json
import tomllib

import pytest

from service.learning.labelled import labelled_texts
from service.settings import check

LOGIN = "I forgot my password"


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def file(tmp_path):
    """Where the commands look for the configuration, which is not there yet."""
    return tmp_path / "loket.toml"


@pytest.fixture
def imported(invoke, labelled):
    """Labels of two categories."""
    rows = [{"text": LOGIN, "label": "account_access"}, {"text": "You are slow", "label": "complaint"}]
    assert invoke("labels", "import", labelled(rows)).returncode == 0


@pytest.fixture
def listed(invoke):
    def call():
        return {one["name"]: one for one in json.loads(invoke("categories", "list", "--json").stdout)}

    return call


def test_categories_are_listed_with_desk_and_number_of_labels(run, invoke, imported, listed):
    answer = run("categories", "list")

    assert answer.returncode == 0
    assert ["1", "account_access", "support"] in [line.split() for line in answer.stdout.splitlines()]
    assert len(listed()) == len(answer.stdout.splitlines()) == 16
    assert listed()["complaint"] == {"name": "complaint", "desk": "care", "formerly": [], "labels": 1}


def test_a_renamed_category_keeps_desk_and_labels_and_the_model_says_its_new_name(
    invoke, imported, listed, file, configure, store
):
    answer = invoke("categories", "rename", "account_access", "login")

    assert answer.stdout == f"{file.name}: account_access is called login from the next start on.\n"
    assert listed()["login"] == {"name": "login", "desk": "support", "formerly": ["account_access"], "labels": 1}
    assert "account_access" not in listed()
    names = {"account_access": "login"}
    assert ("login",) in [one.categories for one in labelled_texts(store, names)]
    assert json.loads(invoke("classify", LOGIN, "--json").stdout)["category"] == "login"


def test_renamed_twice_all_former_names_are_known(invoke, imported, listed):
    invoke("categories", "rename", "account_access", "login")
    invoke("categories", "rename", "login", "account")

    assert (listed()["account"]["formerly"], listed()["account"]["labels"]) == (["account_access", "login"], 1)


def test_a_category_gets_its_first_name_back(invoke, imported, listed):
    invoke("categories", "rename", "account_access", "login")

    answer = invoke("categories", "rename", "login", "account_access")

    assert (answer.returncode, answer.stderr) == (0, "")
    assert (listed()["account_access"]["formerly"], listed()["account_access"]["labels"]) == (["login"], 1)


def test_merged_categories_bring_their_labels_along(invoke, imported, listed):
    answer = invoke("categories", "merge", "complaint", "feedback", "account_access", "--into", "opinion")

    assert answer.returncode == 0
    assert listed()["opinion"] == {
        "name": "opinion", "desk": "care", "formerly": ["complaint", "feedback", "account_access"], "labels": 2,
    }  # fmt: skip
    assert len(listed()) == 14


def test_merged_into_one_of_them_its_name_stays(invoke, imported, listed):
    invoke("categories", "merge", "complaint", "feedback", "--into", "feedback")

    assert (listed()["feedback"]["formerly"], listed()["feedback"]["labels"]) == (["complaint"], 1)
    assert "complaint" not in listed()


def test_a_split_category_s_labels_wait_and_its_parts_have_its_desk(invoke, imported, listed):
    answer = invoke("categories", "split", "account_access", "--into", "login", "--into", "profile")

    assert answer.returncode == 0
    assert {name: (one["desk"], one["labels"]) for name, one in listed().items() if one["desk"] == "support"} == {
        "technical_support": ("support", 0), "login": ("support", 0), "profile": ("support", 0),
    }  # fmt: skip
    gone = "     1  account_access (there is no such category; not learned from)"
    assert invoke("categories", "list").stdout.splitlines()[-1] == gone
    decision = json.loads(invoke("classify", LOGIN, "--json").stdout)
    assert (decision["desk"], decision["automatic"]) == ("triage", False)


def test_one_part_may_keep_the_name_and_its_labels(invoke, imported, listed):
    answer = invoke("categories", "split", "account_access", "--into", "account_access", "--into", "profile")

    assert answer.returncode == 0
    assert (listed()["account_access"]["labels"], listed()["profile"]["labels"]) == (1, 0)


def test_what_else_stands_in_the_file_stays_comments_included(invoke, file):
    file.write_text("# ours\n[routing]\nthreshold = 0.6  # tried in May\n\n[worker]\nthreads = 3\n")

    assert invoke("categories", "rename", "complaint", "grievance").returncode == 0

    kept = file.read_text()
    assert kept.startswith("# ours\n[routing]\nthreshold = 0.6  # tried in May\n\n[worker]\nthreads = 3\n")
    assert tomllib.loads(kept)["categories"]["grievance"]["formerly"] == ["complaint"]


REFUSED = {
    "no such category": (["rename", "lost", "found"], "there is no category 'lost'; there are "),
    "a name that is taken": (["rename", "complaint", "feedback"], "there is a category 'feedback' already"),
    "a part whose name is taken": (
        ["split", "complaint", "--into", "feedback", "--into", "x"], "there is a category 'feedback' already",
    ),
    "one part": (["split", "complaint", "--into", "x"], "a category is split into two or more"),
    "the same part twice": (["split", "complaint", "--into", "x", "--into", "x"], "a category is split into two"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "told"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(invoke, file, arguments, told):
    answer = invoke("categories", *arguments)

    assert (answer.returncode, answer.stdout, answer.stderr.count("\n"), file.exists()) == (1, "", 1, False)
    assert answer.stderr.startswith(f"Error: {told}")


def test_a_change_with_which_loket_would_not_start_is_refused(invoke, configure, file):
    invoke("categories", "rename", "complaint", "grievance")
    before = file.read_bytes()
    names = [name for name in check(configure()).categories if name != "complaint"]

    for arguments in (
        ["split", "feedback", "--into", "complaint", "--into", "idea"],
        ["merge", "grievance", *names, "--into", "all"],
        ["rename", "feedback", "a\nb"],
    ):
        answer = invoke("categories", *arguments)
        assert (answer.returncode, answer.stderr.count("\n")) == (1, 1), arguments
        assert file.read_bytes() == before


def test_no_category_is_called_what_means_that_there_is_none(invoke, file):
    answer = invoke("categories", "rename", "feedback", "out_of_scope")

    assert (answer.returncode, answer.stderr.count("\n"), file.exists()) == (1, 1, False)


def test_a_file_that_cannot_be_read_is_told_in_one_line(invoke, file):
    file.write_text("[categories\n")

    answer = invoke("categories", "rename", "complaint", "grievance")

    assert (answer.returncode, answer.stderr.count("\n"), file.read_text()) == (1, 1, "[categories\n")


def test_without_triage_there_is_no_advice(invoke, store):
    answer = invoke("categories", "advise", "--json")

    assert (answer.returncode, json.loads(answer.stdout)["proposals"]) == (0, [])
