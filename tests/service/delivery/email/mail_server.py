"""A mail server on any free port of loopback, and the mailbox that it fills."""

from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller

from service.delivery.email.links import Signer
from service.delivery.email.sender import CorrectionLinks

KEY = bytes(range(32))
NO_LINKS = CorrectionLinks(Signer(KEY), None, frozenset())
LINKS = CorrectionLinks(Signer(KEY), "https://desk.example.com", frozenset({"order_change", "complaint"}))


class Mailbox:
    """What a mail server took; ``refuses`` is an SMTP reply that it gives instead."""

    def __init__(self):
        self.taken, self.refuses, self.encrypted = [], None, []

    @property
    def message(self):
        (only,) = self.taken
        return only

    @property
    def text(self):
        return self.message.get_content()


class Taking:
    """Puts what the server takes into a mailbox."""

    def __init__(self, mailbox):
        self._mailbox = mailbox

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self._mailbox.refuses:
            return self._mailbox.refuses
        self._mailbox.encrypted.append(session.ssl is not None)
        self._mailbox.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


class Server(Controller):
    """On any free port."""

    def __init__(self, mailbox, **arguments):
        super().__init__(Taking(mailbox), "127.0.0.1", 0, **arguments)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
