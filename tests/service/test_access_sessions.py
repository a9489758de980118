"""Sessions: their tokens are replaced while they are used, a copied one ends them, and the journal tells it all."""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from service import access
from service.access import sign_in
from service.errors import InvalidInput, TooManyAttempts, Unauthenticated

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
DAY, QUARTER, HALF_A_MINUTE = timedelta(days=1), timedelta(minutes=15), timedelta(seconds=30)
MOMENT, TWO_HOURS = timedelta(microseconds=1), timedelta(hours=2)
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these


@pytest.fixture
def people(store):
    return store.people


@pytest.fixture
def anna(people, now):
    """A user who has just signed in; answers the session's token."""
    people.add_user(now, "anna", CHEAP, "agent", ["orders"])
    return sign_in(people, now, "anna", PASSWORD, DAY, origin=HERE)


@pytest.fixture
def kinds(store):
    """What the journal says that happened, oldest first."""
    return lambda: [line.kind for line in store.whole_journal.last(1_000)]


def used(people, at, token):
    """Use a token as a request does; answers the one that takes its place, if any."""
    return access.keep(people, at, token, access.session_of(people, at, token))


def name(people, at, token, **more):
    found = access.session_of(people, at, token, **more)
    return found and found.user.name


def test_a_token_is_replaced_after_a_quarter_of_an_hour_of_use(people, now, anna):
    assert used(people, now + QUARTER - MOMENT, anna) is None
    later = now + QUARTER

    new = used(people, later, anna)

    assert name(people, later, new) == "anna"
    assert used(people, later, new) is None
    assert name(people, now + DAY - MOMENT, new) == "anna"
    assert name(people, now + DAY, new) is None


@one_database
def test_the_old_token_is_good_for_half_a_minute_more_for_requests_that_were_under_way(people, now, anna):
    later = now + QUARTER
    used(people, later, anna)

    assert name(people, later + HALF_A_MINUTE, anna) == "anna"
    assert used(people, later + HALF_A_MINUTE, anna) is None


def test_requests_that_come_together_get_one_new_token(people, now, anna):
    together, made = threading.Barrier(8), []

    def ask():
        together.wait()
        made.append(used(people, now + QUARTER, anna))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert len([one for one in made if one]) == 1


def test_a_copied_token_that_comes_too_late_ends_the_session_of_both(people, now, anna, kinds):
    new = used(people, now + QUARTER, anna)
    later = now + QUARTER + HALF_A_MINUTE + MOMENT

    assert name(people, later, anna, origin=ELSEWHERE) is None
    assert name(people, later, new) is None
    assert kinds()[-1] == "session_reused"


@one_database
def test_a_form_that_was_opened_before_its_token_was_replaced_can_still_be_sent(people, now, anna):
    new = used(people, now + QUARTER, anna)
    other = sign_in(people, now, "anna", PASSWORD, DAY)

    assert access.is_form_token(new, access.form_token(anna))
    assert not access.is_form_token(new, access.form_token(other))


def test_a_session_that_nobody_uses_ends(people, now, anna):
    assert name(people, now + TWO_HOURS, anna, idle=TWO_HOURS) == "anna"
    assert name(people, now + TWO_HOURS + MOMENT, anna, idle=TWO_HOURS) is None
    assert name(people, now, anna) is None


@one_database
def test_a_session_that_is_used_does_not_end(people, now, anna):
    token, at = anna, now
    for _ in range(20):
        at += timedelta(minutes=50)
        assert name(people, at, token, idle=timedelta(hours=1)) == "anna"
        token = used(people, at, token) or token

    assert name(people, at, token, idle=timedelta(hours=1)) == "anna"


@one_database
def test_signing_out_everywhere_ends_all_sessions_and_no_one_elses(people, now, anna):
    people.add_user(now, "bob", CHEAP, "agent", [])
    tokens = [anna, sign_in(people, now, "anna", PASSWORD, DAY), sign_in(people, now, "bob", PASSWORD, DAY)]

    access.sign_out_everywhere(people, now, access.session_of(people, now, anna), HERE)

    assert [name(people, now, token) for token in tokens] == [None, None, "bob"]


def test_a_new_password_of_ones_own_ends_the_other_sessions(people, now, anna):
    other = sign_in(people, now, "anna", PASSWORD, DAY)
    session = access.session_of(people, now, anna)

    token = access.change_own_password(people, now, session, PASSWORD, "another long one", HERE)

    assert [name(people, now, one) for one in (anna, other, token)] == [None, None, "anna"]
    assert name(people, now + DAY, token) is None
    with pytest.raises(Unauthenticated):
        sign_in(people, now, "anna", PASSWORD, DAY)


@one_database
def test_whoever_finds_an_open_session_cannot_guess_the_password_there(people, now, anna):
    session = access.session_of(people, now, anna)
    with pytest.raises(InvalidInput):
        access.change_own_password(people, now, session, PASSWORD, "short", HERE)
    for _ in range(5):
        with pytest.raises(Unauthenticated, match="the present password is wrong"):
            access.change_own_password(people, now, session, "wrong", "another long one", HERE)

    with pytest.raises(TooManyAttempts):
        access.change_own_password(people, now, session, PASSWORD, "another long one", HERE)
    assert name(people, now, anna) == "anna"


def test_a_hash_with_older_parameters_is_made_anew_at_sign_in_and_ends_no_session(people, now, anna):
    [user] = people.users()

    assert user.password_hash != CHEAP
    assert not PasswordHasher().check_needs_rehash(user.password_hash)
    assert name(people, now, anna) == "anna"
    sign_in(people, now, "anna", PASSWORD, DAY)
    assert people.users() == [user]


@pytest.fixture
def crowded(people, now):
    """Fifty sign-ins from one address that failed, each with a name of its own."""
    for number in range(50):
        people.count_failure(now, access._of_address(HERE), QUARTER)
        people.count_failure(now, access._of_name(f"name {number}"), QUARTER)


@one_database
def test_fifty_failures_from_an_address_lock_it_and_no_other(people, now, crowded):
    people.add_user(now, "anna", CHEAP, "agent", [])

    with pytest.raises(TooManyAttempts):
        sign_in(people, now, "anna", PASSWORD, DAY, origin=HERE)

    assert sign_in(people, now, "anna", PASSWORD, DAY, origin=ELSEWHERE)
    assert sign_in(people, now + QUARTER, "anna", PASSWORD, DAY, origin=HERE)


@one_database
def test_behind_one_address_those_who_signed_in_from_it_lately_are_not_locked_out(people, now, anna, crowded):
    people.add_user(now, "bob", CHEAP, "agent", [])

    assert sign_in(people, now, "anna", PASSWORD, DAY, origin=HERE)
    for who, password in (("bob", PASSWORD), ("nobody", PASSWORD), ("anna", "wrong"), ("bob", "wrong")):
        with pytest.raises(TooManyAttempts):
            sign_in(people, now, who, password, DAY, origin=HERE)


@one_database
def test_a_locked_address_cannot_go_on_guessing_the_password_of_somebody_it_knows(people, now, anna, crowded):
    for _ in range(5):
        with pytest.raises(TooManyAttempts):
            sign_in(people, now, "anna", "wrong", DAY, origin=HERE)

    with pytest.raises(TooManyAttempts):
        sign_in(people, now, "anna", PASSWORD, DAY, origin=HERE)


@one_database
def test_a_name_that_is_typed_cannot_lock_an_address(people, now):
    people.add_user(now, "anna", CHEAP, "agent", [])
    for _ in range(60):
        people.count_failure(now, access._of_name(f"address {HERE}"), QUARTER)

    assert sign_in(people, now, "anna", PASSWORD, DAY, origin=HERE)


@one_database
def test_a_role_that_signs_in_elsewhere_has_no_password_here(people, now, anna):
    people.add_user(now, "ada", CHEAP, "admin", [])

    assert sign_in(people, now, "ada", PASSWORD, DAY, admitted=("admin",))
    with pytest.raises(Unauthenticated, match="name or password is wrong"):
        sign_in(people, now, "anna", PASSWORD, DAY, admitted=("admin",))


def test_a_user_without_a_password_is_let_in_by_none(people, now):
    people.add_user(now, "anna", "", "agent", [], identity=("https://id.example.com", "1"))

    for password in ("", "x", PASSWORD):
        with pytest.raises(Unauthenticated):
            sign_in(people, now, "anna", password, DAY)


def test_coming_and_going_is_in_the_journal_with_who_and_from_where(store, people, now, anna, kinds):
    with pytest.raises(Unauthenticated):
        sign_in(people, now, "anna", "wrong", DAY, origin=ELSEWHERE)
    access.sign_out(people, now, anna, HERE)

    lines = store.whole_journal.last(10)
    assert [(line.kind, line.actor, line.origin) for line in lines] == [
        ("signed_in", "user:anna", HERE),
        ("sign_in_failed", "visitor", ELSEWHERE),
        ("signed_out", "user:anna", HERE),
    ]
    assert "anna" not in str(lines[1].details)


@one_database
def test_the_fifth_failure_is_in_the_journal_as_a_lock(people, now, kinds):
    for _ in range(7):
        with pytest.raises((Unauthenticated, TooManyAttempts)):
            sign_in(people, now, "anna", "wrong", DAY, origin=HERE)

    assert kinds() == ["sign_in_failed"] * 5 + ["name_locked"]
