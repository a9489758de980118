"""Calls to receivers: they end in time, stay small, follow nothing, and reach no private address unasked."""

import socket
import threading
from contextlib import closing, suppress
from datetime import timedelta

import pytest

from service.delivery.http import Answer, CallFailed, Client, is_public, outcome_of
from service.delivery.parcel import Outcome, Problem

PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
    "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0", "fec0::1",
]  # fmt: skip


def problem_of(client, url, body=b"{}"):
    with pytest.raises(CallFailed) as failed:
        client.request("POST", url, body=body)
    return failed.value.outcome.problem


@pytest.fixture
def listen():
    """A server that does to one connection what it is told, byte by byte; answers its address."""
    ended = []

    def start(act):
        listener = socket.create_server(("127.0.0.1", 0))
        enough = threading.Event()

        def serve():
            connection, _ = listener.accept()
            with closing(connection), suppress(OSError):  # the client hung up, as it should
                act(connection, enough)

        thread = threading.Thread(target=serve)
        thread.start()
        ended.append((listener, enough, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for listener, enough, thread in ended:
        enough.set()
        thread.join(10)
        listener.close()
        assert not thread.is_alive()


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_a_house_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


def test_an_answer_is_read(start_receiver):
    receiver = start_receiver(answer=lambda _: (200, {"X-One": "1"}, b'{"id": 7}'))

    answer = Client(allow_private=True).request("POST", receiver.url + "?a=b", headers={"x-two": "2"}, body=b"{}")

    assert (answer.status, answer.headers["x-one"], answer.json()) == (200, "1", {"id": 7})
    (one,) = receiver.received
    assert (one.path, one.headers["x-two"], one.body) == ("/hook?a=b", "2", b"{}")


def test_a_loopback_address_is_not_even_connected_to_unless_that_is_allowed(receiver):
    assert problem_of(Client(), receiver.url) is Problem.PRIVATE_ADDRESS
    assert receiver.received == []


def test_a_name_that_resolves_to_a_private_address_is_refused(receiver):
    url = receiver.url.replace("127.0.0.1", "hooks.example.com")

    assert problem_of(Client(resolve=lambda *_: ["127.0.0.1"]), url) is Problem.PRIVATE_ADDRESS
    assert receiver.received == []


def test_a_name_is_resolved_once_so_that_what_was_checked_is_connected_to(receiver):
    asked = []

    def rebinding(host, _port):
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    url = receiver.url.replace("127.0.0.1", "hooks.example.com")
    client = Client(resolve=rebinding)

    assert problem_of(client, url) is Problem.PRIVATE_ADDRESS
    assert (asked, receiver.received) == (["hooks.example.com"], [])


def test_of_several_addresses_only_the_public_ones_are_tried(receiver):
    client = Client(resolve=lambda *_: ["127.0.0.1", "255.255.255.255"])

    assert problem_of(client, receiver.url) is Problem.PRIVATE_ADDRESS


def test_a_redirect_is_not_followed(start_receiver):
    inside = start_receiver()
    outside = start_receiver(answer=lambda _: (307, {"Location": inside.url}, b""))

    answer = Client(allow_private=True).request("POST", outside.url, body=b"{}")

    assert outcome_of(answer) == Outcome(Problem.REFUSED)
    assert inside.received == []


def test_a_server_that_drips_its_headers_is_ended(listen):
    def drip(connection, enough):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not enough.wait(0.05):
            connection.sendall(b"a")

    assert problem_of(Client(allow_private=True, seconds=0.5), listen(drip)) is Problem.TIMEOUT


def test_a_server_that_drips_its_body_is_ended(listen):
    def drip(connection, enough):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not enough.wait(0.05):
            connection.sendall(b"a")

    assert problem_of(Client(allow_private=True, seconds=0.5), listen(drip)) is Problem.TIMEOUT


def test_a_silent_server_is_ended(listen):
    url = listen(lambda _connection, enough: enough.wait())

    assert problem_of(Client(allow_private=True, seconds=0.3), url) is Problem.TIMEOUT


def test_a_server_that_never_shakes_hands_is_ended(listen):
    url = listen(lambda _connection, enough: enough.wait()).replace("http:", "https:")

    assert problem_of(Client(allow_private=True, seconds=0.3), url) is Problem.TIMEOUT


def test_an_endless_answer_is_cut_off(start_receiver):
    receiver = start_receiver(answer=lambda _: (200, {}, b"a" * 1_000_000))

    assert len(Client(allow_private=True).request("POST", receiver.url, body=b"").body) == 65_536


def test_what_is_no_http_is_a_bad_answer(listen):
    def talk(connection, _enough):
        connection.recv(65_536)
        connection.sendall(b"220 mail.example.com ESMTP\r\n")

    assert problem_of(Client(allow_private=True), listen(talk)) is Problem.BAD_ANSWER


def test_a_port_where_nobody_listens_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert problem_of(Client(allow_private=True), f"http://127.0.0.1:{port}/") is Problem.UNREACHABLE


def test_a_name_that_there_is_not_is_unreachable():
    def unknown(_host, _port):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert problem_of(Client(resolve=unknown), "https://hooks.example.com/") is Problem.UNREACHABLE


def test_a_certificate_of_a_trusted_authority_is_accepted(start_receiver, ca_file):
    receiver = start_receiver("127.0.0.1")

    answer = Client(allow_private=True, ca_file=ca_file).request("POST", receiver.url, body=b"{}")

    assert answer.status == 204


@pytest.mark.parametrize("trusted", [True, False], ids=["another name", "another authority"])
def test_a_wrong_certificate_gets_nothing(start_receiver, ca_file, trusted):
    receiver = start_receiver("other.example.com" if trusted else "127.0.0.1")

    client = Client(allow_private=True, ca_file=ca_file if trusted else None)

    assert problem_of(client, receiver.url) is Problem.CERTIFICATE
    assert receiver.received == []


def answered(status, **headers):
    return outcome_of(Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b""))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome()),
        (204, Outcome()),
        (302, Outcome(Problem.REFUSED)),
        (400, Outcome(Problem.REFUSED)),
        (401, Outcome(Problem.CREDENTIALS)),
        (403, Outcome(Problem.CREDENTIALS)),
        (404, Outcome(Problem.REFUSED)),
        (410, Outcome(Problem.GONE, gone=True)),
        (429, Outcome(Problem.RATE_LIMITED)),
        (500, Outcome(Problem.SERVER_ERROR)),
        (503, Outcome(Problem.SERVER_ERROR)),
    ],
)
def test_a_status_says_what_becomes_of_the_delivery(status, outcome):
    assert answered(status) == outcome


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_receiver_may_say_how_long_to_wait(status):
    assert answered(status, retry_after="120").retry_after == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("Mon, 02 Mar 2026 10:00:00 GMT", timedelta(minutes=30)),
        ("Mon, 02 Mar 2026 09:00:00 GMT", timedelta(0)),
        ("999999999999", timedelta(hours=24)),
        ("soon", None),
        ("Mon, 02 Mar 99999999999999999999 10:00:00 GMT", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_date_is_by_the_receivers_clock_and_nobody_waits_over_a_day(said, waits):
    assert answered(429, retry_after=said, date="Mon, 02 Mar 2026 09:30:00 GMT").retry_after == waits
