"""GET /api/v1/desks: the desks that a key may see, and how much is open on each."""

URL = "/api/v1/desks"
NAMES = {
    "sales": "Sales",
    "orders": "Orders",
    "finance": "Finance",
    "returns": "Returns and repairs",
    "support": "Technical support",
    "care": "Customer care",
    "partners": "Partners",
    "press": "Press",
    "hr": "Human resources",
    "privacy": "Privacy",
    "junk": "Junk",
    "triage": "Triage",
}


def test_it_works(client, key):
    answer = client.get(URL, headers=key("desk"))

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json == {"desks": [{"desk": desk, "name": name, "open": 0} for desk, name in NAMES.items()]}


def test_open_tickets_are_counted_and_closed_ones_are_not(client, key, lay):
    header = key("desk")
    laid = [lay(desk="orders"), lay(desk="orders"), lay(desk="hr", category="careers")]
    client.post(f"/api/v1/tickets/{laid[0].id}/close", headers=header)

    counts = {desk["desk"]: desk["open"] for desk in client.get(URL, headers=header).json["desks"]}
    assert counts == dict.fromkeys(NAMES, 0) | {"orders": 1, "hr": 1}


def test_a_key_of_some_desks_sees_only_those(client, key, lay):
    lay(desk="hr", category="careers")

    found = client.get(URL, headers=key("desk", desks=["press", "hr"])).json["desks"]
    assert found == [
        {"desk": "press", "name": "Press", "open": 0},
        {"desk": "hr", "name": "Human resources", "open": 1},
    ]


def test_an_administrators_key_sees_all(client, key):
    assert len(client.get(URL, headers=key("admin")).json["desks"]) == len(NAMES)
