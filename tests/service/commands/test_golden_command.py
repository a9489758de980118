"""`loket golden`: what must always come to a desk, from the command line."""

import json

TEXT = "Delete all that you know of me"


def test_what_is_added_is_listed_until_it_is_removed(run, invoke, store):
    added = run("golden", "add", "privacy", TEXT, "--language", "en")
    golden_id = added.stdout.strip()

    for_a_person, for_a_program = invoke("golden", "list"), invoke("golden", "list", "--desk", "privacy", "--json")
    elsewhere = invoke("golden", "list", "--desk", "hr")
    removed = invoke("golden", "remove", golden_id)

    assert (added.returncode, added.stderr) == (0, "")
    assert for_a_person.stdout.split(maxsplit=3) == [golden_id, "privacy", "command", f"{TEXT}\n"]
    [fact] = json.loads(for_a_program.stdout)
    assert (fact["id"], fact["desk"], fact["text"], fact["language"]) == (golden_id, "privacy", TEXT, "en")
    assert elsewhere.stdout == "There are no golden inquiries.\n"
    assert (removed.returncode, removed.stdout) == (0, "privacy has one golden inquiry less.\n")
    assert store.golden_inquiries.all() == []


def test_what_is_not_there_cannot_be_removed(invoke):
    answer = invoke("golden", "remove", "1")

    assert (answer.returncode, answer.stderr) == (1, "Error: there is no golden inquiry '1'\n")


def test_a_wrong_desk_or_text_is_a_wrong_use(invoke, store):
    desk, text = invoke("golden", "add", "lost", TEXT), invoke("golden", "add", "hr", " ")

    assert (desk.returncode, "there is no desk 'lost'" in desk.stderr) == (2, True)
    assert (text.returncode, "text: is empty" in text.stderr) == (2, True)
    assert store.golden_inquiries.all() == []


def test_a_file_is_imported(run, store, labelled):
    file = labelled([{"desk": "privacy", "text": TEXT}, {"desk": "hr", "text": "Heeft u werk?", "language": "nl"}])

    first, again = run("golden", "import", file), run("golden", "import", file, "--json")

    assert (first.returncode, first.stdout) == (0, "2 read; there are 2 golden inquiries now.\n")
    assert json.loads(again.stdout) == {"read": 2, "golden": 2}
    kept = [(one.desk, one.text, one.language, one.by) for one in store.golden_inquiries.all()]
    assert sorted(kept) == [("hr", "Heeft u werk?", "nl", "command"), ("privacy", TEXT, None, "command")]


def test_of_a_file_with_a_wrong_line_nothing_is_kept(invoke, store, labelled, tmp_path):
    file = labelled([{"desk": "hr", "text": "A job?"}, {"desk": "lost", "text": TEXT}])
    binary = tmp_path / "binary.jsonl"
    binary.write_bytes(b"\xff\xfe")

    wrong, unreadable = invoke("golden", "import", file), invoke("golden", "import", binary)
    missing = invoke("golden", "import", "lost.jsonl")

    assert (wrong.returncode, wrong.stderr) == (1, f"Error: {file}:2: there is no desk 'lost'\n")
    assert (unreadable.returncode, unreadable.stderr) == (1, f"Error: {binary}: is not UTF-8 at byte 0\n")
    assert missing.stderr == "Error: lost.jsonl: cannot be read: No such file or directory\n"
    assert store.golden_inquiries.all() == []
