"""The challenger beside the champion: what it says is kept, and nothing goes where it says."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from service.learning import shadow

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ORDER, PASSWORD = "Where is my order 48213?", "I forgot my password"


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def loket(process):
    return process(LOKET_CLASSIFIER__ENCODER="none")


@pytest.fixture
def challenger(loket, lay_model):
    """It takes lost passwords for spam, and scores live inquiries."""
    version = lay_model(loket, {"account_access": "spam", "spam": "account_access"}).version
    loket.registry.set_challenger(version)
    return version


def laid(loket, inquiry):
    return [(one.desk, one.category) for one in loket.store.tickets.of_inquiry(inquiry.id)]


def test_what_it_says_is_kept_and_nothing_is_routed_by_it(loket, decide, challenger):
    champion = loket.registry.champion()
    order, password = decide(loket, ORDER), decide(loket, PASSWORD)

    assert loket.store.shadow_decisions.counts(challenger) == (2, 1)
    [apart] = loket.store.shadow_decisions.disagreements(challenger, 10)
    assert (apart.inquiry.id, apart.category, apart.desk, apart.automatic) == (password.id, "spam", "junk", True)
    assert (laid(loket, order), laid(loket, password)) == (
        [("orders", "order_status")], [("support", "account_access")],
    )  # fmt: skip
    assert {one.decision["model"] for one in (order, password)} == {champion}


def test_each_inquiry_is_scored_once(loket, decide, challenger):
    password = decide(loket, PASSWORD)

    shadow.score(loket, datetime.now(UTC), password, password.decision)

    assert loket.store.shadow_decisions.counts(challenger) == (1, 1)


def test_without_a_challenger_nothing_is_kept(loket, decide, challenger):
    loket.registry.set_challenger(None)
    decide(loket, PASSWORD)
    loket.registry.set_challenger(challenger)
    assert loket.store.shadow_decisions.counts(challenger) == (0, 0)

    loket.registry.promote(challenger, loket.settings.category_routes())
    decide(loket, PASSWORD)
    assert loket.store.shadow_decisions.counts(challenger) == (0, 0)


def test_a_damaged_challenger_disturbs_no_decision(loket, decide, challenger, data_dir, caplog):
    (data_dir / "models" / "versions" / challenger / "model.joblib").write_bytes(b"nothing")

    password = decide(loket, PASSWORD)

    assert (laid(loket, password), password.status) == ([("support", "account_access")], "decided")
    assert "the challenger cannot be loaded" in caplog.messages
    assert loket.store.shadow_decisions.counts(challenger) == (0, 0)


def test_a_challenger_that_breaks_disturbs_no_decision(loket, decide, challenger, lay_model, caplog):
    loket.pipeline.champion.challenger().classifier.classes_ = []

    password = decide(loket, PASSWORD)

    assert (laid(loket, password), password.status) == ([("support", "account_access")], "decided")
    assert "the challenger broke" in caplog.messages


def test_an_answer_that_cannot_be_stored_disturbs_no_decision(loket, decide, challenger, caplog):
    with loket.store.engine.begin() as connection:
        connection.execute(text("DROP TABLE shadow_decisions"))

    password = decide(loket, PASSWORD)

    assert (laid(loket, password), password.status) == ([("support", "account_access")], "decided")
    assert {"the challenger's answer is not stored", "the challenger broke"} & set(caplog.messages)
