"""What two desks say of one mixed inquiry, as it comes out for training."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from service import desk_work, intake
from service.access import Actor
from service.cli import main
from service.storage.inquiries import NewTicket
from service.submission import Submission

ANNA = Actor("user:anna", frozenset({"desk"}), None)
BOTH = [NewTicket("orders", "order_status", 0.9, True, 0), NewTicket("support", "account_access", 0.9, True, 1)]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def exported(store, database_url, tmp_path, now):
    """Lay one inquiry on two desks, let these confirm, and export."""

    def run(*confirming):
        submission = Submission(text="Where is my parcel? I also cannot log in.")
        inquiry = intake.submit(store, now, submission, intake.Sender(None, "127.0.0.1"))
        (claimed,) = store.inquiries.claim(datetime.now(UTC), 1, 60)
        facts = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": None}
        assert store.inquiries.decide(now, claimed, facts, BOTH)
        for ticket in store.tickets.of_inquiry(inquiry.id):
            if ticket.desk in confirming:
                desk_work.confirm(store, now, ANNA, ticket.id)
        environment = {"LOKET_DATABASE__URL": database_url, "LOKET_DATA_DIR": str(tmp_path)}
        done = CliRunner().invoke(main, ["export"], env=environment)
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_one_inquiry_is_one_row_however_many_desks_confirmed(exported):
    assert len(exported("orders", "support")) == 1


def test_both_desks_labels_come_out_the_main_one_first(exported):
    [row] = exported("orders", "support")

    assert row.get("labels") == ["order_status", "account_access"]
