"""`loket deliveries`: what waits or failed, sent again, and targets tried out."""

import json
import threading
from base64 import b64encode
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from service.delivery.dispatcher import Dispatcher, Pages, Target
from service.delivery.parcel import Outcome, Problem
from service.storage.outbox import Outbox
from service.storage.store import Store
from tests.service.delivery.parts import lay

SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def data_dir(tmp_path):
    """Without a model: nothing is classified here."""
    return tmp_path / "data"


@pytest.fixture
def configured(variables):
    """Variables of a target; its address is given."""

    def make(url=NOWHERE):
        table = {
            "name": "shop",
            "kind": "webhook",
            "desk": "orders",
            "url": url,
            "secret": SECRET,
            "allow_private": True,
        }
        return {"LOKET_DELIVERIES": json.dumps([table])}

    return make


@pytest.fixture
def deliver(store, database_url):
    """Lay a ticket, and have its delivery end so; answers the delivery."""

    def make(outcome):
        posting = Store.at(database_url, Outbox({"orders": ("shop",)}))
        ticket = lay(posting, datetime.now(UTC))
        sender = type("Told", (), {"send": lambda _self, _parcel: outcome})()
        dispatcher = Dispatcher(posting, {"shop": Target("shop", sender, 1)}, Pages({}), lambda: datetime.now(UTC))
        for one in dispatcher.claim():
            dispatcher.deliver(one)
        posting.close()
        return store.deliveries.of_ticket(ticket.id)[0]

    return make


@pytest.fixture
def receiver():
    """Answers what it is told to."""
    got, status = [], [204]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(Webhook(SECRET).verify(body, dict(self.headers)))
            self.send_response(status[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", got, status
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_list_tells_targets_and_deliveries(invoke, configured, deliver):
    one = deliver(Outcome(Problem.REFUSED, final=True))

    listed = json.loads(invoke("deliveries", "list", "--json", **configured()).stdout)
    shown = invoke("deliveries", "list", **configured()).stdout

    (target,), (delivery,) = listed["targets"], listed["deliveries"]
    assert target == {
        "name": "shop", "kind": "webhook", "disabled": False, "waiting": 0, "delivered": 0, "failed": 1,
    }  # fmt: skip
    assert (delivery["id"], delivery["status"], delivery["problem"]) == (one.id, "failed", "refused")
    assert one.id in shown
    assert "refused" in shown


def test_the_list_is_of_one_target_and_status(invoke, configured, deliver):
    deliver(Outcome())

    for filters in (("--status", "failed"), ("--target", "other")):
        listed = json.loads(invoke("deliveries", "list", "--json", *filters, **configured()).stdout)
        assert listed["deliveries"] == []


def test_there_may_be_none(invoke):
    assert invoke("deliveries", "list").stdout == "There are none.\n"


@pytest.mark.parametrize("by", ["id", "target"])
def test_what_failed_is_sent_again_under_its_id(invoke, configured, deliver, store, by):
    one = deliver(Outcome(Problem.REFUSED, final=True))
    which = [one.id] if by == "id" else ["--target", "shop"]

    done = invoke("deliveries", "replay", *which, **configured())

    again = store.deliveries.get(one.id)
    assert (done.returncode, done.stdout) == (0, "1 will be sent again.\n")
    assert (again.status, again.attempts, again.problem) == ("waiting", 0, None)


def test_replaying_what_there_is_not_is_told(invoke, configured):
    done = invoke("deliveries", "replay", "nothing", **configured())

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert invoke("deliveries", "replay", **configured()).returncode == 2


def test_a_target_that_was_gone_is_enabled(invoke, configured, deliver, store):
    deliver(Outcome(Problem.GONE, gone=True))
    assert json.loads(invoke("deliveries", "list", "--json", **configured()).stdout)["targets"][0]["disabled"]

    done = invoke("deliveries", "enable", "shop", **configured())

    assert done.stdout == "shop is enabled; due now: 1.\n"
    assert store.deliveries.disabled() == {}


def test_a_target_that_there_is_not_is_named(invoke, configured):
    for command in ("enable", "test"):
        done = invoke("deliveries", command, "other", **configured())
        assert (done.returncode, done.stderr) == (1, "Error: there is no target 'other'\n")


def test_a_target_is_tried_out(invoke, configured, receiver, store):
    url, got, _ = receiver

    done = invoke("deliveries", "test", "shop", **configured(url))

    assert (done.returncode, done.stdout) == (0, "shop took it.\n")
    assert got[0]["data"]["change"] == {"test": True}
    assert store.deliveries.counts() == {}


def test_a_target_that_does_not_work_is_told_with_why(invoke, configured, receiver):
    url, _, status = receiver
    status[0] = 401

    done = invoke("deliveries", "test", "shop", **configured(url))

    assert (done.returncode, done.stderr) == (1, "Error: shop did not take it: credentials\n")
