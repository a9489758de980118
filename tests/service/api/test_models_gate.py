"""The gate over HTTP: what it blocks is a conflict, and only an administrator passes it by."""

from datetime import timedelta

import numpy as np
import pytest

from service.assembly import assemble
from service.learning.gate import Verdict

URL = "/api/v1/models"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def loket(configure, store):
    """All parts of a process, whose model is the tiny one."""
    parts = assemble(configure())
    yield parts
    parts.store.close()


@pytest.fixture
def blocked(loket, now):
    """A version that the gate blocks."""
    registry = loket.registry
    classifier = registry.load(registry.champion())
    names = {"spam": "feedback", "feedback": "spam"}
    classifier.classes_ = np.array([names.get(str(one), str(one)) for one in classifier.classes_])
    figures = {"accuracy": 0.9, "macro_f1": 0.8, "ece": 0.1}
    at = now + timedelta(hours=1)
    version = registry.add(classifier, name="other", data=[], metrics=figures, card=lambda _: "", at=at)
    found = ("category spam: 0.9 -> 0.1", "overall: 0.9 -> 0.8")
    Verdict(version, registry.champion(), found, (), 0, 40, 10, 3, now.isoformat()).keep(registry, "")
    return version


def test_what_the_gate_blocks_is_a_409_with_the_first_reason(client, loket, problem, key, blocked):
    champion = loket.registry.champion()

    answer = client.post(f"{URL}/{blocked}/promote", headers=key("models"))

    assert problem(answer) == (409, [])
    assert answer.json["detail"] == f"the gate blocks {blocked}: category spam: 0.9 -> 0.1, and 1 more"
    assert loket.registry.champion() == champion


def test_an_administrator_promotes_it_despite_the_gate(client, loket, key, blocked):
    answer = client.post(f"{URL}/{blocked}/promote-despite-gate", headers=key("admin"))

    assert (answer.status_code, answer.json["version"], answer.json["champion"]) == (200, blocked, True)
    assert loket.registry.champion() == blocked


def test_the_right_to_promote_is_not_enough_for_that(client, loket, problem, key, blocked):
    champion = loket.registry.champion()

    answer = client.post(f"{URL}/{blocked}/promote-despite-gate", headers=key("models", "desk"))

    assert problem(answer)[0] == 403
    assert loket.registry.champion() == champion


def test_despite_the_gate_there_must_be_such_a_version(client, problem, key):
    answer = client.post(f"{URL}/20260302-093000-000000/promote-despite-gate", headers=key("admin"))

    assert problem(answer)[0] == 404
