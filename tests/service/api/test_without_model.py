"""Without any model inquiries are still taken; only what needs a model says so."""

import pytest

from service.assembly import assemble

TEXT = {"text": "Where is my order?"}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def loket(configure, store, tmp_path):
    """A process whose registry is empty."""
    parts = assemble(configure(LOKET_DATA_DIR=str(tmp_path / "empty")))
    yield parts
    parts.store.close()


@pytest.mark.parametrize(("path", "body"), [("", TEXT), ("/batch", {"inquiries": [TEXT]})], ids=["one", "batch"])
def test_classifying_is_a_503_with_retry_after(client, problem, key, path, body):
    answer = client.post(f"/api/v1/classify{path}", json=body, headers=key("classify"))

    assert problem(answer) == (503, [])
    assert answer.headers["Retry-After"].isdecimal()
    assert answer.json["detail"] == "No model can be loaded; inquiries are still accepted and stored."


def test_what_is_wrong_with_the_question_is_told_first(client, problem, key):
    answer = client.post("/api/v1/classify", json={"text": ""}, headers=key("classify"))
    assert problem(answer) == (422, ["text"])


def test_inquiries_are_stored_and_end_in_triage(client, store, key, decide_all):
    inquiry_id = client.post("/api/v1/inquiries", json=TEXT).json["id"]
    decide_all()

    found = client.get(f"/api/v1/inquiries/{inquiry_id}", headers=key("desk")).json
    told = ("category", "confidence", "desk", "automatic", "reason", "model")
    assert tuple(found["decision"][name] for name in told) == (
        None, 0.0, "triage", False, "no model can be loaded", None,
    )  # fmt: skip
    assert [(ticket["desk"], ticket["category"]) for ticket in found["tickets"]] == [("triage", None)]


def test_it_is_not_ready(client, store, now):
    found = client.get("/readyz")

    assert found.status_code == 503
    assert (found.json["ready"], found.json["model"]) == (False, "none can be loaded")
