"""POST /api/v1/incoming/TARGET: a signature is the credential, and without it nothing is told."""

import json
from datetime import UTC, datetime

import pytest

from model import configuration
from service.assembly import assemble
from tests.service.delivery.parts import dispatcher_of, lay, run
from tests.service.delivery.stand_ins.cases import CASES
from tests.service.delivery.stand_ins.server import serving

PATH = "/api/v1/incoming/help"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(params=CASES)
def case(request):
    make, of = CASES[request.param]
    with serving(make()) as stand_in:
        yield of(stand_in)


@pytest.fixture
def loket(store, tmp_path, database_url, case):
    """A process without a model, connected to the help desk."""
    variables = {
        "LOKET_DATA_DIR": str(tmp_path / "empty"), "LOKET_DATABASE__URL": database_url,
        "LOKET_CLASSIFIER__ENCODER": "none", "LOKET_TRANSLATION__PROVIDERS": "[]",
        "LOKET_DELIVERIES": json.dumps([case.table()]),
    }  # fmt: skip
    parts = assemble(configuration.read(variables))
    yield parts
    parts.store.close()


@pytest.fixture
def ticket(loket, now, case):
    """A ticket that the help desk has too."""
    laid = lay(loket.store, now)
    run(dispatcher_of(loket.store, lambda: now, help=case.sender()))
    return laid


@pytest.fixture
def told(case, ticket):
    """The help desk's own call, after a person there chose a category."""
    case.names_category(case.only(), "complaint")
    headers, body = case.webhook(case.only(), datetime.now(UTC))
    return {"headers": headers, "data": body}


def test_a_signed_webhook_corrects_without_a_key(client, loket, case, ticket, told):
    answer = client.post(PATH, **told)

    assert (answer.status_code, answer.json) == (200, {"changed": True})
    assert loket.store.tickets.get(ticket.id).category == "complaint"
    assert client.post(PATH, **told).json == {"changed": False}


@pytest.mark.parametrize("path", [PATH, "/api/v1/incoming/lost"], ids=["forged", "unknown target"])
def test_a_forged_webhook_and_an_unknown_target_are_told_the_same(client, problem, told, path):
    answer = client.post(path, headers=told["headers"], data=told["data"] + b" ")

    assert problem(answer) == (401, [])
    assert answer.json["detail"] == "the signature is missing, wrong or too old"


def test_a_key_is_no_signature(client, key, problem, told):
    assert problem(client.post(PATH, data=told["data"], headers=key("admin"))) == (401, [])


def test_a_ticket_of_others_is_a_404_that_tells_nothing(client, problem, case, told):
    case.stand_in.tickets[77] = case.stand_in.tickets[case.only()] | {"id": 77}
    getattr(case.stand_in, "articles", {})[77] = []
    headers, body = case.webhook(77, datetime.now(UTC))

    answer = client.post(PATH, headers=headers, data=body)

    assert problem(answer) == (404, [])
    assert answer.json["detail"] == "There is no such thing, or it is not yours to see."


def test_what_is_too_long_is_not_read(client, problem, told):
    assert problem(client.post(PATH, headers=told["headers"], data=b" " * 1_048_577)) == (413, [])


def test_nothing_else_can_be_done_there(client):
    assert {client.open(PATH, method=method).status_code for method in ("GET", "PUT", "DELETE")} == {405}
