"""Handing messages over to a real mail server: encrypted or not at all, ended in time, tried again."""

import ssl
import threading
from contextlib import closing
from itertools import count
from socket import create_server

import pytest
from aiosmtpd.smtp import AuthResult

from service.delivery.parcel import Outcome, Problem
from tests.service.delivery.email.mail_server import Server
from tests.service.delivery.parts import dispatcher_of, lay, run


def test_nothing_is_sent_without_encryption(parcel, sender, mailbox, start_server):
    class Plain(Server):
        def factory(self):
            server = super().factory()
            server.tls_context = None
            return server

    plain = Plain(mailbox)
    plain.start()
    outcome = sender(plain.port).send(parcel())
    plain.stop()

    assert (outcome, mailbox.taken) == (Outcome(Problem.BAD_ANSWER), [])


def test_a_wrong_certificate_gets_nothing(parcel, sender, mailbox, start_server):
    outcome = sender(start_server("mail.example.com")).send(parcel())

    assert (outcome, mailbox.taken) == (Outcome(Problem.CERTIFICATE), [])


def test_tls_from_the_start(parcel, sender, mailbox, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    server = Server(mailbox, ssl_context=context)
    server.start()
    outcome = sender(server.port, security="tls").send(parcel())
    server.stop()

    assert (outcome, len(mailbox.taken)) == (Outcome(), 1)


@pytest.mark.parametrize(
    ("password", "outcome"), [("right", Outcome()), ("wrong", Outcome(Problem.CREDENTIALS))], ids=["right", "wrong"]
)
def test_the_server_may_want_a_password(parcel, sender, mailbox, start_server, password, outcome):
    def authenticate(_server, _session, _envelope, _mechanism, found):
        return AuthResult(success=found.password == b"right", handled=False)

    port = start_server(authenticator=authenticate, auth_required=True)

    assert sender(port, user="loket", password=password).send(parcel()) == outcome


@pytest.mark.parametrize(
    ("reply", "problem"), [("451 later", Problem.SERVER_ERROR), ("554 never", Problem.REFUSED)], ids=["451", "554"]
)
def test_a_message_that_is_refused_is_tried_again(store, clock, sender, mailbox, reply, problem):
    ticket = lay(store, clock())
    mailbox.refuses = reply
    dispatcher = dispatcher_of(store, clock, mail=sender())
    run(dispatcher)
    (waiting,) = store.deliveries.of_ticket(ticket.id)
    mailbox.refuses = None
    clock.forward(seconds=5)
    run(dispatcher)

    assert (waiting.status, waiting.problem) == ("waiting", problem)
    assert mailbox.message["Message-ID"] == f"<{waiting.id}@example.com>"


def test_a_server_that_drips_is_ended(parcel, sender):
    enough = threading.Event()
    listener = create_server(("127.0.0.1", 0))

    def drip():
        connection, _ = listener.accept()
        with closing(connection):
            try:
                for number in count():
                    connection.sendall(b"220-" + str(number).encode() + b"\r\n")
                    if enough.wait(0.05):
                        return
            except OSError:
                return  # it hung up, as it should

    thread = threading.Thread(target=drip)
    thread.start()
    outcome = sender(listener.getsockname()[1], seconds=0.5).send(parcel())
    enough.set()
    thread.join()
    listener.close()

    assert outcome == Outcome(Problem.TIMEOUT)


def test_where_nobody_listens_is_unreachable(parcel, sender):
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert sender(port).send(parcel()) == Outcome(Problem.UNREACHABLE)


def test_a_server_that_was_down_for_hours_gets_each_message_once(store, clock, sender, mailbox, start_server):
    tickets = [lay(store, clock()) for _ in range(3)]
    with create_server(("127.0.0.1", 0)) as listener:
        nowhere = sender(listener.getsockname()[1], seconds=0.05)
        for _ in range(5):
            run(dispatcher_of(store, clock, mail=nowhere))
            clock.forward(hours=1)

    back = dispatcher_of(store, clock, mail=sender())
    for _ in range(10):
        run(back)
        clock.forward(hours=1)

    wanted = {f"<{one.id}@example.com>" for ticket in tickets for one in store.deliveries.of_ticket(ticket.id)}
    assert len(mailbox.taken) == 3
    assert {message["Message-ID"] for message in mailbox.taken} == wanted
