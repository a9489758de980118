"""`loket journal`: who did and who read what, and that it was read is in it."""

import json

import pytest

from service import access, intake
from service.submission import Submission

PASSWORD = "correct horse battery"


@pytest.fixture
def data_dir(tmp_path):
    """Without a model: none is needed."""
    return tmp_path


@pytest.fixture
def inquiry(store, now):
    """An inquiry that somebody read."""
    found = intake.submit(store, now, Submission(text="Hallo, ik ben Els"), intake.Sender(None, "192.0.2.1"))
    store.reads.add(now, "user:anna", "192.0.2.7", "ticket", [found.id])
    return found


def facts(answer):
    return [(one["kind"], one["actor"], one["origin"]) for one in json.loads(answer.stdout)]


def test_it_is_printed_with_who_when_and_from_where(run, inquiry):
    answer = run("journal", "--inquiry", inquiry.receipt)

    lines = [line.split() for line in answer.stdout.splitlines()]
    assert answer.returncode == 0, answer.stderr
    assert lines[0][:4] == ["2026-03-02", "09:30:00", "received", "visitor"]
    assert lines[1] == [
        "2026-03-02", "09:30:00", "read", "user:anna", "192.0.2.7", inquiry.id, '{"how":', '"ticket"}',
    ]  # fmt: skip
    assert "Els" not in answer.stdout


def test_reading_the_journal_is_in_the_journal(invoke, store, inquiry):
    invoke("journal", "--actor", "user:anna")

    last = store.whole_journal.last(1)[0]
    assert (last.kind, last.actor) == ("journal_read", "command")
    assert last.details == {"inquiry": None, "actor": "user:anna", "since": None}


def test_it_is_asked_for_by_inquiry_actor_and_time(invoke, inquiry):
    assert facts(invoke("journal", "--inquiry", inquiry.id, "--json")) == [
        ("received", "visitor", None), ("read", "user:anna", "192.0.2.7"),
    ]  # fmt: skip
    assert facts(invoke("journal", "--actor", "user:anna", "--json")) == [("read", "user:anna", "192.0.2.7")]
    assert len(facts(invoke("journal", "--since", "2026-03-03", "--json"))) == 3  # that it was read, three times


def test_an_inquiry_that_there_is_not_is_told(invoke):
    answer = invoke("journal", "--inquiry", "LK-0000-0000")
    assert (answer.returncode, answer.stderr) == (1, "Error: there is no inquiry 'LK-0000-0000'\n")


def test_what_commands_do_with_people_and_keys_is_in_it(invoke, store):
    invoke("users", "create", "anna", "--role", "agent", "--desk", "orders", given=f"{PASSWORD}\n")
    invoke("users", "password", "anna", given="another password\n")
    invoke("users", "disable", "anna")
    invoke("keys", "create", "shop", "--scope", "submit")
    invoke("keys", "revoke", "shop")

    lines = [(one.kind, one.actor, one.about) for one in store.whole_journal.last(10)]
    assert lines == [
        ("user_created", access.COMMAND, "user:anna"), ("password_changed", access.COMMAND, "user:anna"),
        ("user_disabled", access.COMMAND, "user:anna"), ("key_created", access.COMMAND, "key:shop"),
        ("key_revoked", access.COMMAND, "key:shop"),
    ]  # fmt: skip
    assert "password" not in str([one.details for one in store.whole_journal.last(10)])


def test_what_was_exported_is_in_it(invoke, store, inquiry):
    assert invoke("export").stdout == ""
    assert len(invoke("export", "--all").stdout.splitlines()) == 1

    reads = [(one.actor, one.details["how"]) for one in store.whole_journal.last(10) if one.kind == "read"]
    assert reads == [("user:anna", "ticket"), ("command", "export")]
