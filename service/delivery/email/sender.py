"""Sends a delivery as an e-mail: encrypted as configured or not at all, and ended in time."""

import io
import smtplib
import ssl
import time
from contextlib import closing
from email.message import EmailMessage
from typing import Any

from service.delivery.email.links import VALID_FOR, CorrectionLink, Signer
from service.delivery.email.message import message_of
from service.delivery.email.settings import EmailSettings
from service.delivery.http import SECONDS, Until
from service.delivery.parcel import Outcome, Parcel, Problem

_ALTERNATIVES = 3


class CorrectionLinks:
    """Addresses that correct a ticket.

    Args:
        signer: Signs them.
        public_url: Of the pages; without it there are no links.
        categories: Those that there are.
    """

    def __init__(self, signer: Signer, public_url: str | None, categories: frozenset[str]) -> None:
        self._signer, self._public_url, self._categories = signer, public_url, categories

    def of(self, parcel: Parcel, address: str) -> list[tuple[str, str]]:
        """Each of the best alternatives, with the address that corrects the ticket to it."""
        ticket, decision = parcel.ticket, parcel.decision
        if not self._public_url or decision is None:
            return []
        offered = dict.fromkeys([*(one.category for one in decision.alternatives), *_other_intents(parcel)])
        wanted = [one for one in offered if one in self._categories and one != ticket.category][:_ALTERNATIVES]
        until = parcel.at + VALID_FOR
        tokens = {
            one: self._signer.token(CorrectionLink(ticket.id, one, ticket.version, address, until))
            for one in wanted
        }
        return [(category, f"{self._public_url}/mail/{token}") for category, token in tokens.items()]


def _other_intents(parcel: Parcel) -> list[str]:
    return [one.category for one in parcel.decision.intents] if parcel.decision else []


class EmailSender:
    """One mailbox.

    Args:
        settings: Its table.
        links: What corrects from within a message.
        seconds: For one message in all.
    """

    def __init__(self, settings: EmailSettings, links: CorrectionLinks, seconds: float = SECONDS) -> None:
        self._settings, self._links, self._seconds = settings, links, seconds
        self._tls = ssl.create_default_context(cafile=settings.ca_file)

    def send(self, parcel: Parcel) -> Outcome:
        """One attempt; the server took the message or it did not."""
        message = message_of(parcel, self._settings, self._links.of(parcel, self._settings.to))
        try:
            self._hand_over(message)
        except OSError as error:  # what smtplib raises are OSErrors too
            return Outcome(_problem(error))
        return Outcome()

    def _hand_over(self, message: EmailMessage) -> None:
        # Without QUIT at the end: what was taken is taken, whatever is said after it.
        with closing(self._connect(time.monotonic() + self._seconds)) as connection:
            if self._settings.security == "starttls":
                connection.starttls(context=self._tls)
            if self._settings.user and self._settings.password:
                connection.login(self._settings.user, self._settings.password.get_secret_value())
            connection.send_message(message, self._settings.sender, [self._settings.to])

    def _connect(self, ends_at: float) -> smtplib.SMTP:
        place = {"host": self._settings.host, "port": self._settings.port_used, "timeout": self._seconds}
        if self._settings.security == "tls":
            return _EndingTls(ends_at, context=self._tls, **place)
        return _Ending(ends_at, **place)


class _Ends(smtplib.SMTP):
    """Reads the server's answers until a moment, however slowly they drip."""

    _ends_at: float

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(Until(self.sock, self._ends_at))
        return super().getreply()


class _Ending(_Ends):
    def __init__(self, ends_at: float, **arguments: Any) -> None:
        self._ends_at = ends_at
        super().__init__(**arguments)


class _EndingTls(_Ends, smtplib.SMTP_SSL):
    def __init__(self, ends_at: float, **arguments: Any) -> None:
        self._ends_at = ends_at
        smtplib.SMTP_SSL.__init__(self, **arguments)


def _problem(error: OSError) -> Problem:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Problem.CREDENTIALS
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _of_code(min((code for code, _ in error.recipients.values()), default=0))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Problem.TIMEOUT if "timed out" in str(error) else Problem.UNREACHABLE
    if isinstance(error, smtplib.SMTPResponseException):
        return _of_code(error.smtp_code)
    if isinstance(error, smtplib.SMTPException):
        return Problem.BAD_ANSWER  # such as no STARTTLS where it is required
    if isinstance(error, ssl.SSLCertVerificationError):
        return Problem.CERTIFICATE
    return Problem.TIMEOUT if isinstance(error, TimeoutError) else Problem.UNREACHABLE


def _of_code(code: int) -> Problem:
    """Of an SMTP reply: what is permanent to the protocol may still be put right in three days."""
    return Problem.SERVER_ERROR if 400 <= code < 500 else Problem.REFUSED
