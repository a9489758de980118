"""POST /api/v1/inquiries."""

import json


def test_it_works(client, store):
    answer = client.post("/api/v1/inquiries", json={"text": "Waar blijft mijn bestelling?"})

    assert answer.status_code == 202
    assert answer.json.keys() == {"id", "status", "receipt"}
    assert store.inquiries.get(answer.json["id"]).text == "Waar blijft mijn bestelling?"
