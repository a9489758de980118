"""The lock after failed sign-ins: for a quarter of an hour, for one name, whether there is such a user or not."""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from service import access
from service.errors import TooManyAttempts, Unauthenticated

PASSWORD = "correct horse battery"
# As a hash of ours in all but its cost, which is read from the hash itself.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DAY, LOCK = timedelta(days=1), timedelta(minutes=15)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def anna(store, now):
    """A user's name."""
    store.people.add_user(now, "anna", CHEAP, "agent", ["orders"])
    return "anna"


@pytest.fixture
def enter(store):
    """Try to sign in; answers the token, or the kind of error."""

    def attempt(at, name, password=PASSWORD):
        try:
            return access.sign_in(store.people, at, name, password, DAY)
        except (Unauthenticated, TooManyAttempts) as error:
            return type(error)

    return attempt


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_five_failures_lock_a_name_for_a_quarter_of_an_hour_whether_it_exists_or_not(now, anna, enter, name):
    failed = [enter(now, name, "wrong") for _ in range(5)]

    assert failed == [Unauthenticated] * 5
    assert enter(now, name) is TooManyAttempts
    assert enter(now + LOCK - MOMENT, name) is TooManyAttempts
    assert (enter(now + LOCK, name) is Unauthenticated) == (name == "nobody")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trying_while_it_is_locked_does_not_lengthen_the_lock(now, anna, enter):
    for _ in range(5):
        enter(now, anna, "wrong")
    enter(now + LOCK - MOMENT, anna, "wrong")

    assert isinstance(enter(now + LOCK, anna), str)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_new_password_ends_the_lock(store, now, anna, enter):
    for _ in range(5):
        enter(now, anna, "wrong")
    access.change_password(store.people, anna, "another long one")

    assert isinstance(enter(now, anna, "another long one"), str)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_name_is_not_locked_with_it(store, now, anna, enter):
    store.people.add_user(now, "bob", CHEAP, "agent", [])
    for _ in range(5):
        enter(now, anna, "wrong")

    assert isinstance(enter(now, "bob"), str)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("between", ["a success", "a quarter of an hour"])
def test_failures_before_it_do_not_count(now, anna, enter, between):
    failed = [enter(now, anna, "wrong") for _ in range(4)]
    later = now if between == "a success" else now + LOCK
    if between == "a success":
        enter(now, anna)
    failed += [enter(later, anna, "wrong") for _ in range(4)]

    assert failed == [Unauthenticated] * 8
    assert isinstance(enter(later, anna), str)


def test_failures_that_come_together_are_all_counted(store, now):
    together, broken = threading.Barrier(8), []

    def fail(number):
        together.wait()
        try:
            store.people.count_failure(now, f"name {number}", LOCK)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            broken.append(repr(error)[:200])

    for number in range(10):
        threads = [threading.Thread(target=fail, args=(number,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert broken == []
    assert [store.people.failures(now - MOMENT, f"name {number}") for number in range(10)] == [8] * 10
