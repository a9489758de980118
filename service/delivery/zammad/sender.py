"""Creates and changes tickets of a Zammad.

Source: Zammad System Documentation, pages API / Introduction, Tickets, Articles, Tags. What is not on a page
was read in Zammad's tickets_controller: a ticket, its tags and its first article are one transaction, and an
unknown group is a 422 with the sentence "No lookup value found for 'group'".

Zammad knows no idempotency key. Each ticket gets a tag of its own instead, made in the ticket's transaction:
the list of tags says whether there is one, at once, and the search, which lags, says which it is. What is left
is a creation that is under way while it is looked for; after a lost answer that look waits (help_desk.py).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from service.delivery import help_desk_text
from service.delivery.help_desk import Changes, HelpDeskSender, Refused, Remote, checked
from service.delivery.http import Answer, CallFailed
from service.delivery.parcel import Parcel, Problem
from service.delivery.zammad.settings import ZammadSettings

_NOTE_SUBJECT = "Loket"


class ZammadSender(HelpDeskSender[ZammadSettings]):
    """One Zammad."""

    kind = "zammad"

    def find(self, parcel: Parcel) -> Remote | None:
        """See HelpDeskSender."""
        tag = own_tag(parcel)
        known = _list(self._call("GET", f"tag_search?{urlencode({'term': tag})}"))
        if all(_text(one, "value") != tag for one in known):
            return None
        query = urlencode({"query": tag, "limit": 10, "expand": "true"})
        for ticket in _list(self._call("GET", f"tickets/search?{query}")):
            if tag in self._tags_of(_id(ticket)):
                return self._remote(ticket)
        raise CallFailed(Problem.BAD_ANSWER)  # it is there, and its search will know it in a moment

    def create(self, parcel: Parcel, group: str) -> Remote:
        """See HelpDeskSender."""
        email = parcel.inquiry.email
        body = self._ticket(parcel, group)
        answer = (
            self._answer("POST", "tickets?expand=true", body | {"customer_id": f"guess:{email}"}) if email else None
        )
        if answer is None or (answer.status == 422 and not _names_group(answer)):
            # No address, or one that Zammad takes for none: the note has it.
            customer = {"customer_id": f"guess:{self._settings.customer}"}
            answer = self._answer("POST", "tickets?expand=true", body | customer)
        if answer.status == 422 and _names_group(answer):
            raise Refused(Problem.NO_SUCH_GROUP)
        return self._remote(checked(answer).json())

    def annotate(self, parcel: Parcel, remote: Remote) -> Remote:
        """See HelpDeskSender. With the first article alone, the note is not there yet."""
        if remote.articles is not None and remote.articles > 1:
            return remote
        self._call("POST", "ticket_articles", {"ticket_id": int(remote.id), **_note(help_desk_text.note(parcel))})
        return remote

    def update(self, parcel: Parcel, remote_id: str, changes: Changes) -> Remote:
        """See HelpDeskSender. Tags first: each is idempotent, and the ticket's own answer comes last."""
        about = {"object": "Ticket", "o_id": int(remote_id)}
        for tag in sorted(changes.remove):
            self._call("DELETE", "tags/remove", about | {"item": tag})
        for tag in sorted(changes.add):
            self._call("POST", "tags/add", about | {"item": tag})
        answer = self._answer("PUT", f"tickets/{quote(remote_id, safe='')}?expand=true", self._values(changes))
        if answer.status == 422 and _names_group(answer):
            raise Refused(Problem.NO_SUCH_GROUP)
        return self._remote(checked(answer).json())

    def fields(self, parcel: Parcel) -> Mapping[str, str | float]:
        """See HelpDeskSender."""
        names, ticket = self._settings.fields, parcel.ticket
        values: dict[str | None, str | float] = {
            names.category: ticket.category or "", names.confidence: round(ticket.confidence, 4),
            names.receipt: parcel.inquiry.receipt,
        }  # fmt: skip
        return {name: value for name, value in values.items() if name}

    def _ticket(self, parcel: Parcel, group: str) -> dict[str, Any]:
        title = help_desk_text.title(parcel)
        article = {
            "subject": title, "body": help_desk_text.original(parcel), "type": "web", "sender": "Customer",
            "content_type": "text/plain", "internal": False,
        }  # fmt: skip
        return {
            "title": title, "group": group, "priority": getattr(self._settings.priorities, parcel.ticket.priority),
            "tags": ",".join(sorted({*help_desk_text.tags(parcel), own_tag(parcel)})), "article": article,
            **self.fields(parcel),
        }  # fmt: skip

    def _values(self, changes: Changes) -> dict[str, Any]:
        values: dict[str, Any] = dict(changes.fields)
        if changes.group is not None:
            values["group"] = changes.group
        if changes.closed is not None:
            values["state"] = self._settings.closed_state if changes.closed else self._settings.open_state
        return values | ({"article": _note(changes.note)} if changes.note else {})

    def _remote(self, ticket: Any) -> Remote:
        number, articles = _id(ticket), ticket.get("article_count")
        return Remote(
            id=number,
            group=_text(ticket, "group"),
            closed=_text(ticket, "state") == self._settings.closed_state,
            articles=articles if isinstance(articles, int) else None,
            at=_text(ticket, "updated_at") or None,
            by=_text(ticket, "updated_by_id") or None,
        )

    def _tags_of(self, ticket_id: str) -> list[Any]:
        found = self._call("GET", f"tags?{urlencode({'object': 'Ticket', 'o_id': ticket_id})}").json()
        return _list_of(found.get("tags") if isinstance(found, dict) else None)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return checked(self._answer(method, path, body))

    def _answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        headers = {"Authorization": f"Token token={self._settings.token.get_secret_value()}"}
        return self.request(method, f"{self._settings.url.rstrip('/')}/api/v1/{path}", headers, body)


def own_tag(parcel: Parcel) -> str:
    """The tag that no other ticket has: the receipt, which customers quote, and which of its intents it is."""
    return f"{parcel.inquiry.receipt}-{parcel.ticket.intent + 1}".lower()


def _note(text: str) -> dict[str, Any]:
    return {
        "subject": _NOTE_SUBJECT, "body": text, "type": "note", "sender": "Agent", "content_type": "text/plain",
        "internal": True,
    }  # fmt: skip


def _names_group(answer: Answer) -> bool:
    said = answer.json()
    return isinstance(said, dict) and "'group'" in str(said.get("error", ""))


def _id(ticket: Any) -> str:
    number = ticket.get("id") if isinstance(ticket, dict) else None
    if not isinstance(number, int):
        raise CallFailed(Problem.BAD_ANSWER)
    return str(number)


def _text(record: Any, name: str) -> str:
    return str(record.get(name) or "") if isinstance(record, dict) else ""


def _list(answer: Answer) -> list[Any]:
    return _list_of(answer.json())


def _list_of(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise CallFailed(Problem.BAD_ANSWER)
    return found
