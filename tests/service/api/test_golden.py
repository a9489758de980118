"""Golden inquiries by the API: list, add, remove, each for one's own desks."""

import pytest

URL = "/api/v1/desks/privacy/golden"
TEXT = "Delete all that you know of me"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_is_added_is_listed_until_it_is_removed(client, store, key):
    header = key("desk", name="dpo", desks=["privacy"])

    added = client.post(URL, json={"text": TEXT, "language": "en"}, headers=header)
    listed = client.get(URL, headers=header)
    removed = client.delete(f"{URL}/{added.json['id']}", headers=header)

    told = {"desk": "privacy", "text": TEXT, "text_en": None, "language": "en", "by": "key:dpo"}
    assert (added.status_code, {name: added.json[name] for name in told}) == (201, told)
    assert (listed.status_code, listed.json) == (200, {"golden": [added.json]})
    assert (removed.status_code, removed.json) == (200, added.json)
    assert client.get(URL, headers=header).json == {"golden": []}
    assert store.golden_inquiries.all() == []


def test_the_same_text_again_is_the_same_golden_inquiry(client, key):
    header = key("desk")
    first, again = (client.post(URL, json={"text": TEXT}, headers=header).json for _ in range(2))

    assert first["id"] == again["id"]


def test_a_key_of_another_desk_sees_none(client, store, problem, key):
    added = client.post(URL, json={"text": TEXT}, headers=key("desk")).json["id"]
    other = key("desk", desks=["hr"])

    assert problem(client.get(URL, headers=other)) == (404, [])
    assert problem(client.post(URL, json={"text": "x"}, headers=other)) == (404, [])
    assert problem(client.delete(f"{URL}/{added}", headers=other)) == (404, [])
    assert problem(client.delete(f"/api/v1/desks/hr/golden/{added}", headers=other)) == (404, [])
    assert [one.text for one in store.golden_inquiries.all()] == [TEXT]


@ON_SQLITE
def test_what_must_go_to_a_desk_of_others_is_a_409(client, problem, key):
    client.post(URL, json={"text": TEXT}, headers=key("desk"))

    answer = client.post("/api/v1/desks/hr/golden", json={"text": TEXT}, headers=key("desk", desks=["hr"]))
    assert problem(answer) == (409, [])
    assert answer.json["detail"] == "this text must always go to another desk already"


@ON_SQLITE
@pytest.mark.parametrize(
    ("body", "field"), [({"text": " "}, "text"), ({}, "text"), ({"text": "x", "desk": "hr"}, "desk")]
)
def test_what_is_wrong_with_it_is_named(client, store, problem, key, body, field):
    assert problem(client.post(URL, json=body, headers=key("desk"))) == (422, [field])
    assert store.golden_inquiries.all() == []


@ON_SQLITE
def test_an_unknown_desk_is_a_404_and_a_key_without_the_scope_a_403(client, problem, key):
    assert problem(client.get("/api/v1/desks/lost/golden", headers=key("desk"))) == (404, [])
    assert problem(client.get(URL, headers=key("submit"))) == (403, [])
