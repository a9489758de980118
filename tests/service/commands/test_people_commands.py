"""`loket users` and `loket keys`: who may do what, from the command line."""

import json
from datetime import timedelta

import pytest

from service import access

PASSWORD = "correct horse battery"
HOUR = timedelta(hours=1)


@pytest.fixture
def anna(store, now):
    access.create_user(store.people, now, "anna", PASSWORD, "agent", ["orders"])


def can_sign_in(store, now, password):
    try:
        return bool(access.sign_in(store.people, now, "anna", password, HOUR))
    except access.Unauthenticated:
        return False


def test_a_created_user_can_sign_in_with_the_password_from_standard_input(run, store, now):
    desks = ("--desk", "returns", "--desk", "orders", "--desk", "orders")

    answer = run("users", "create", "anna", "--role", "agent", *desks, given=f"{PASSWORD}\n")

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "anna can sign in.\n", "")
    user = store.people.user("anna")
    assert (user.role, user.desks, PASSWORD in user.password_hash) == ("agent", ("orders", "returns"), False)
    assert can_sign_in(store, now, PASSWORD)


def test_a_password_that_is_too_short_makes_no_user(invoke, store):
    answer = invoke("users", "create", "anna", "--role", "admin", given="eleven char\n")

    told = "Error: a password has at least 12 characters\n"
    assert (answer.returncode, answer.stderr, store.people.users()) == (1, told, [])


def test_a_second_user_of_the_same_name_changes_nothing(invoke, store, anna):
    before = store.people.users()

    answer = invoke("users", "create", "anna", "--role", "admin", given="another password\n")

    told = "Error: there is one named 'anna' already\n"
    assert (answer.returncode, answer.stderr, store.people.users()) == (1, told, before)


def test_a_user_has_a_name(invoke, store):
    answer = invoke("users", "create", "", "--role", "agent", given=f"{PASSWORD}\n")

    assert (answer.returncode, store.people.users()) == (2, [])


def test_a_new_password_ends_the_sessions_opened_with_the_old_one(run, store, anna, now):
    token = access.sign_in(store.people, now, "anna", PASSWORD, HOUR)

    answer = run("users", "password", "anna", given="another password\n")

    assert (answer.returncode, answer.stdout) == (0, "anna has a new password.\n")
    assert access.actor_of_session(store.people, now, token) is None
    assert [can_sign_in(store, now, password) for password in (PASSWORD, "another password")] == [False, True]


def test_a_new_password_lets_in_whoever_was_locked_out(invoke, store, anna, now):
    assert [can_sign_in(store, now, "not this one") for _ in range(5)] == [False] * 5

    invoke("users", "password", "anna", given="another password\n")

    assert access.sign_in(store.people, now, "anna", "another password", HOUR)


def test_a_disabled_user_is_out(invoke, store, anna, now):
    token = access.sign_in(store.people, now, "anna", PASSWORD, HOUR)

    answer = invoke("users", "disable", "anna")

    assert (answer.returncode, answer.stdout) == (0, "anna cannot sign in any more.\n")
    assert (access.actor_of_session(store.people, now, token), can_sign_in(store, now, PASSWORD)) == (None, False)


def test_users_are_listed_without_their_secrets(invoke, store, anna, now):
    access.create_user(store.people, now, "bob", PASSWORD, "admin", [])
    store.people.change_user("bob", disabled_at=now)

    for_a_person, for_a_program = invoke("users", "list"), invoke("users", "list", "--json")

    assert [line.split() for line in for_a_person.stdout.splitlines()] == [
        ["anna", "agent", "orders"], ["bob", "admin", "disabled"],
    ]  # fmt: skip
    assert json.loads(for_a_program.stdout) == [
        {"name": "anna", "role": "agent", "desks": ["orders"], "disabled": False},
        {"name": "bob", "role": "admin", "desks": [], "disabled": True},
    ]


def test_a_key_is_printed_alone_and_is_stored_as_a_hash(run, store, data_dir):
    scopes = ("--scope", "desk", "--scope", "submit", "--desk", "orders")

    answer = run("keys", "create", "shop", *scopes)

    key = answer.stdout.removesuffix("\n")
    assert (answer.returncode, answer.stderr, key.split()) == (0, "", [key])
    actor = access.actor_of_key(store.people, f"Bearer {key}")
    assert actor == access.Actor("key:shop", frozenset({"desk", "submit"}), frozenset({"orders"}))
    assert all(key.encode() not in file.read_bytes() for file in data_dir.glob("loket.sqlite3*"))


def test_a_revoked_key_has_no_rights_and_is_revoked_once(run, invoke, store, now):
    key = access.create_key(store.people, now, "shop", ["submit"], [])

    first, second = run("keys", "revoke", "shop"), invoke("keys", "revoke", "shop")

    assert (first.returncode, first.stdout) == (0, "shop is revoked.\n")
    assert (second.returncode, second.stderr) == (1, "Error: there is no key 'shop' in use\n")
    with pytest.raises(access.Unauthenticated):
        access.actor_of_key(store.people, f"Bearer {key}")


def test_keys_are_listed_without_their_secrets(run, invoke, store, now):
    key = access.create_key(store.people, now, "shop", ["submit", "desk"], ["orders"])

    for_a_person, for_a_program = invoke("keys", "list"), run("keys", "list", "--json")

    assert for_a_person.stdout.split() == ["shop", "desk,", "submit", "orders"]
    facts = {"name": "shop", "scopes": ["desk", "submit"], "desks": ["orders"], "revoked": False}
    assert json.loads(for_a_program.stdout) == [facts]
    assert key not in for_a_person.stdout + for_a_program.stdout
