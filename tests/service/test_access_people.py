"""Keys, passwords and sessions: hashed at rest, refused without saying why, over when they should be."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from service import access
from service.access import Actor
from service.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from service.storage.engine import reading

PASSWORD = "correct horse battery"
# As a hash of ours in all but its cost, which is read from the hash itself.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DAY = timedelta(days=1)
LATER = datetime(2026, 3, 3, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def anna(store, now):
    """A user's name."""
    store.people.add_user(now, "anna", CHEAP, "agent", ["orders"])
    return "anna"


@pytest.fixture
def enter(store):
    """Sign in; answers the session's token."""
    return lambda at, name: access.sign_in(store.people, at, name, PASSWORD, DAY)


def everything(store, table):
    """All that a table holds, as text."""
    with reading(store.engine) as connection:
        return str(connection.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - our own names


def test_a_key_stands_for_its_name_scopes_and_desks_and_is_stored_as_a_hash(store, now):
    key = access.create_key(store.people, now, "shop", ["submit", "desk", "desk"], ["orders"])

    actor = access.actor_of_key(store.people, f"Bearer {key}")
    assert actor == Actor("key:shop", frozenset({"submit", "desk"}), frozenset({"orders"}))
    assert key.startswith("loket_")
    assert len(key) > 40
    assert key.removeprefix("loket_") not in everything(store, "api_keys")


def test_a_key_without_desks_sees_all(store, now):
    key = access.create_key(store.people, now, "shop", ["desk"], [])
    assert access.actor_of_key(store.people, f"Bearer {key}").desks is None


def test_names_of_keys_and_users_are_taken_once(store, now, anna):
    access.create_key(store.people, now, "shop", ["submit"], [])

    with pytest.raises(Conflict, match="there is one named 'shop' already"):
        access.create_key(store.people, now, "shop", ["admin"], [])
    with pytest.raises(Conflict, match="there is one named 'anna' already"):
        access.create_user(store.people, now, "anna", PASSWORD, "admin", [])


def test_a_key_is_revoked_once(store, now):
    key = access.create_key(store.people, now, "shop", ["submit"], [])

    assert [store.people.revoke_key(now, "shop"), store.people.revoke_key(now, "shop")] == [True, False]
    with pytest.raises(Unauthenticated):
        access.actor_of_key(store.people, f"Bearer {key}")


@pytest.mark.parametrize(
    ("role", "scopes", "desks"),
    [
        ("agent", {"desk"}, frozenset({"orders"})),
        ("lead", {"desk", "figures"}, frozenset({"orders"})),
        ("scientist", {"classify", "models"}, frozenset({"orders"})),
        ("admin", set(access.SCOPES), None),
    ],
)
def test_a_session_stands_for_its_user_and_is_stored_as_a_hash(store, now, enter, role, scopes, desks):
    store.people.add_user(now, "bob", CHEAP, role, ["orders"])
    token = enter(now, "bob")

    actor = access.actor_of_session(store.people, now, token)
    assert actor == Actor("user:bob", frozenset(scopes), desks)
    assert token not in everything(store, "sessions")


def test_a_user_without_desks_sees_none(store, now, enter):
    store.people.add_user(now, "bob", CHEAP, "agent", [])
    actor = access.actor_of_session(store.people, now, enter(now, "bob"))

    assert (actor.desks, actor.sees("orders")) == (frozenset(), False)


def test_a_password_is_stored_as_an_argon2_hash(store, now, enter):
    access.create_user(store.people, now, "bob", PASSWORD, "agent", [])

    [user] = store.people.users()
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in everything(store, "users")
    assert access.actor_of_session(store.people, now, enter(now, "bob")).name == "user:bob"


def test_a_password_has_at_least_12_characters():
    with pytest.raises(InvalidInput, match="a password has at least 12 characters") as refused:
        access.hash_password("x" * 11)

    assert refused.value.field == "password"
    assert access.hash_password("ü" * 12).startswith("$argon2id$")


def test_a_wrong_name_is_refused_as_a_wrong_password_is(store, now, anna):
    told = set()
    for name in ("bob", "", "ANNA", "anna ", "\x00", "anna\x00", "x" * 10_000, anna):
        with pytest.raises(Unauthenticated) as refused:
            access.sign_in(store.people, now, name, "wrong" if name == anna else PASSWORD, DAY)
        told.add(str(refused.value))

    assert told == {"name or password is wrong"}


def test_a_session_is_over_when_its_time_is(store, now, anna, enter):
    token = enter(now, anna)

    assert access.actor_of_session(store.people, now + DAY - MOMENT, token).name == "user:anna"
    assert access.actor_of_session(store.people, now + DAY, token) is None


def test_signing_out_ends_one_session(store, now, anna, enter):
    here, elsewhere = enter(now, anna), enter(now, anna)
    access.sign_out(store.people, now, here)

    found = [access.actor_of_session(store.people, now, token) for token in (here, elsewhere)]
    assert [actor and actor.name for actor in found] == [None, "user:anna"]


@pytest.mark.parametrize("change", [{"disabled_at": LATER}, {"role": "admin"}, {"desks": ["hr"]}], ids=str)
def test_a_changed_user_is_signed_out_everywhere(store, now, anna, enter, change):
    token = enter(now, anna)

    assert store.people.change_user(anna, **change)
    assert access.actor_of_session(store.people, now, token) is None


def test_a_disabled_user_does_not_come_in(store, now, anna, enter):
    store.people.change_user(anna, disabled_at=now)

    with pytest.raises(Unauthenticated, match="name or password is wrong"):
        enter(now, anna)


def test_a_new_password_ends_the_old_one_and_its_sessions(store, now, anna, enter):
    token = enter(now, anna)

    assert access.change_password(store.people, anna, "another long one")
    assert access.actor_of_session(store.people, now, token) is None
    assert access.sign_in(store.people, now, anna, "another long one", DAY)
    with pytest.raises(Unauthenticated):
        enter(now, anna)


def test_a_new_password_that_is_too_short_changes_nothing(store, now, anna, enter):
    with pytest.raises(InvalidInput):
        access.change_password(store.people, anna, "short")

    assert access.actor_of_session(store.people, now, enter(now, anna)).name == "user:anna"
    assert not access.change_password(store.people, "nobody", "another long one")


@pytest.mark.parametrize("token", [None, "", "made up", "\x00", "ü" * 5_000])
def test_a_made_up_token_is_nobody(store, now, token):
    assert access.actor_of_session(store.people, now, token) is None


def test_a_form_token_is_for_one_session(now):
    token = access.form_token("one session")

    assert access.is_form_token("one session", token)
    for given in ("", "ü", token[:-1], access.form_token("another session")):
        assert not access.is_form_token("one session", given)


def test_an_actor_may_what_its_scopes_say_where_its_desks_are():
    agent = Actor("user:anna", frozenset({"desk"}), frozenset({"orders"}))
    shop = Actor("key:shop", frozenset({"submit"}), None)
    admin = Actor("key:admin", frozenset({"admin"}), None)

    assert [actor.may("desk") for actor in (agent, shop, admin)] == [True, False, True]
    assert [actor.sees("orders") for actor in (agent, shop, admin)] == [True, False, True]
    assert [actor.sees("hr") for actor in (agent, shop, admin)] == [False, False, True]
    with pytest.raises(Forbidden, match="this needs the scope 'desk'"):
        shop.require("desk")
    with pytest.raises(NotFound):
        agent.require_desk("hr")
