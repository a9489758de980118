"""A correction that would send a ticket on once too often: the answer says where it went, and who settles it."""

import pytest

from service.storage.tickets import Change


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: the storage's own tests read both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def correct(client, store):
    """Correct a ticket as it is."""

    def act(ticket, header, **what):
        seen = {"If-Match": str(store.tickets.get(ticket.id).version)}
        return client.post(f"/api/v1/tickets/{ticket.id}/correct", json=what, headers=header | seen)

    return act


@pytest.fixture
def bounced(correct, key, lay, store, now):
    """A ticket that is sent on the third time, and the answer."""
    store.people.add_user(now, "anna", "x", "agent", ["orders"])
    ticket = lay()
    for desk in ("care", "finance"):
        assert correct(ticket, key("desk"), desk=desk).json["note"] is None
    return ticket, correct(ticket, key("desk", name="last"), desk="orders", comment="Not ours.")


def test_the_answer_says_where_it_went_and_why(bounced):
    _, answer = bounced

    assert answer.status_code == 200
    told = {name: answer.json[name] for name in ("desk", "priority", "assigned_to", "review")}
    assert told == {"desk": "triage", "priority": "high", "assigned_to": None, "review": "corrected"}
    assert answer.json["unsettled_since"] is not None
    assert answer.json["note"].startswith("This ticket was sent on 2 times before, so it went to Triage with high")


def test_whoever_may_not_settle_it_is_told_who_does(bounced, correct, key, store, problem, now):
    ticket, _ = bounced
    store.tickets.change(now, ticket.id, "x", lambda _: _assigned("user:anna"))
    answer = correct(ticket, key("desk"), desk="care")

    assert problem(answer) == (409, [])
    assert "waits for anna" in answer.json["detail"]


def test_a_key_of_its_desk_settles_what_nobody_owns(bounced, correct, key):
    ticket, _ = bounced
    answer = correct(ticket, key("desk", desks=["triage"]), category="complaint")

    told = (answer.json["desk"], answer.json["unsettled_since"], answer.json["note"])
    assert (answer.status_code, told) == (200, ("care", None, None))


def _assigned(name):
    return Change({"assigned_to": name}, "assigned", {"to": name})
