"""Creates and changes tickets of a Zendesk.

Source: Zendesk's reference, pages Ticketing API introduction (Idempotency), Tickets, Ticket Comments, Users,
Creating and updating tickets (Protecting against ticket update collisions).

A ticket is looked for by its external id, ours, before it is made, and made with an idempotency key, which
Zendesk keeps for two hours: between them a lost answer makes nothing twice.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from service.delivery import help_desk_text
from service.delivery.help_desk import Changes, HelpDeskSender, Refused, Remote, checked
from service.delivery.http import Answer, CallFailed
from service.delivery.parcel import Parcel, Problem
from service.delivery.zendesk.settings import ZendeskSettings

ANSWERED = {"solved", "closed"}
_NAMELESS = "Website visitor"


class ZendeskSender(HelpDeskSender[ZendeskSettings]):
    """One Zendesk."""

    kind = "zendesk"
    _own_id: str | None = None

    def find(self, parcel: Parcel) -> Remote | None:
        """See HelpDeskSender."""
        found = self._call("GET", f"tickets.json?{urlencode({'external_id': parcel.ticket.id})}")
        tickets = _part(found, "tickets")
        if not isinstance(tickets, list):
            raise CallFailed(Problem.BAD_ANSWER)
        return self._remote(tickets[0]) if tickets else None

    def create(self, parcel: Parcel, group: str) -> Remote:
        """See HelpDeskSender."""
        author = self._author(parcel)
        ticket = {
            "subject": help_desk_text.title(parcel), "external_id": parcel.ticket.id, "group_id": int(group),
            "requester_id": author, "priority": parcel.ticket.priority, "tags": sorted(help_desk_text.tags(parcel)),
            "comment": {"body": help_desk_text.original(parcel), "public": True, "author_id": author},
            "custom_fields": _custom_fields(self.fields(parcel)),
        }  # fmt: skip
        answer = self._answer("POST", "tickets.json", {"ticket": ticket}, {"Idempotency-Key": parcel.ticket.id})
        if answer.status == 400 and b"idempoten" in answer.body.lower():
            raise CallFailed(Problem.BAD_ANSWER)  # made before, with what has changed since: it will be found
        return self._remote(_part(_known_group(answer), "ticket"), articles=1)

    def annotate(self, parcel: Parcel, remote: Remote) -> Remote:
        """See HelpDeskSender. With the first comment alone, the note is not there yet."""
        path = f"tickets/{quote(remote.id, safe='')}"
        count = remote.articles
        if count is None:
            counted = _part(self._call("GET", f"{path}/comments/count.json"), "count")
            count = counted.get("value") if isinstance(counted, dict) else None
        if count is not None and count > 1:
            return remote
        self._call("PUT", f"{path}.json", {"ticket": {"comment": _internal(help_desk_text.note(parcel))}})
        return remote

    def update(self, parcel: Parcel, remote_id: str, changes: Changes) -> Remote:
        """See HelpDeskSender. Tags are set as a whole there, so only on a ticket that is as it was read."""
        path = f"tickets/{quote(remote_id, safe='')}.json"
        ticket = _part(self._call("GET", path), "ticket")
        tags = ticket.get("tags") if isinstance(ticket, dict) else None
        if not isinstance(tags, list):
            raise CallFailed(Problem.BAD_ANSWER)
        values = _values(changes) | {
            "tags": sorted({*map(str, tags)} - changes.remove | changes.add),
            "safe_update": True, "updated_stamp": ticket.get("updated_at"),
        }  # fmt: skip
        return self._remote(_part(_known_group(self._answer("PUT", path, {"ticket": values})), "ticket"))

    def fields(self, parcel: Parcel) -> Mapping[str, str | float]:
        """See HelpDeskSender."""
        numbers, ticket = self._settings.fields, parcel.ticket
        values: dict[int | None, str | float] = {
            numbers.category: help_desk_text.tag(ticket.category or ""),
            numbers.confidence: round(ticket.confidence, 4), numbers.receipt: parcel.inquiry.receipt,
        }  # fmt: skip
        return {str(number): value for number, value in values.items() if number}

    def _author(self, parcel: Parcel) -> int:
        """The customer, made where there is none yet; never an agent, whom anybody could claim to be."""
        inquiry = parcel.inquiry
        if inquiry.email:
            user = self._user(inquiry.email, help_desk_text.plain(inquiry.name or inquiry.email))
            if user is not None and user.get("role") == "end-user":
                return _number(user)
        nameless = self._user(self._settings.customer, _NAMELESS)
        if nameless is None:
            raise Refused(Problem.REFUSED)
        return _number(nameless)

    def _user(self, email: str, name: str) -> dict[str, Any] | None:
        """Who has an address; None when it is none to Zendesk. Nobody who is there is renamed."""
        query = urlencode({"query": f'type:user email:"{email}"'})
        found = _part(self._call("GET", f"users/search.json?{query}"), "users")
        for user in found if isinstance(found, list) else []:
            if isinstance(user, dict) and str(user.get("email", "")).lower() == email.lower():
                return user
        wanted = {"user": {"name": name, "email": email, "skip_verify_email": True}}
        answer = self._answer("POST", "users/create_or_update.json", wanted)
        if answer.status == 422:
            return None
        made = _part(checked(answer), "user")
        return made if isinstance(made, dict) else None

    def _own(self) -> str:
        """Who Loket is there."""
        if self._own_id is None:
            self._own_id = str(_number(_part(self._call("GET", "users/me.json"), "user")))
        return self._own_id

    def _remote(self, ticket: Any, articles: int | None = None) -> Remote:
        number = _number(ticket)
        group, at = ticket.get("group_id"), ticket.get("updated_at")
        return Remote(
            id=str(number),
            group=str(group or ""),
            closed=ticket.get("status") in ANSWERED,
            articles=articles,
            at=str(at) if at else None,
            by=self._own(),
        )

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return checked(self._answer(method, path, body))

    def _answer(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        token = f"{self._settings.email}/token:{self._settings.token.get_secret_value()}"
        headers = {"Authorization": f"Basic {b64encode(token.encode()).decode()}", **(more or {})}
        return self.request(method, f"{self._settings.url.rstrip('/')}/api/v2/{path}", headers, body)


def _values(changes: Changes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if changes.fields:
        values["custom_fields"] = _custom_fields(changes.fields)
    if changes.group is not None:
        values["group_id"] = int(changes.group)
    if changes.closed is not None:
        values["status"] = "solved" if changes.closed else "open"
    if changes.note:
        values["comment"] = _internal(changes.note)
    return values


def _internal(text: str) -> dict[str, Any]:
    return {"body": text, "public": False}


def _custom_fields(values: Mapping[str, str | float]) -> list[dict[str, Any]]:
    return [{"id": int(number), "value": value} for number, value in values.items()]


def _known_group(answer: Answer) -> Answer:
    """A success.

    Raises:
        Refused: The group there is not.
        CallFailed: Something else is wrong.
    """
    details = _details(answer) if answer.status == 422 else {}
    if {"group", "group_id"} & details.keys():
        raise Refused(Problem.NO_SUCH_GROUP)
    return checked(answer)


def _details(answer: Answer) -> dict[str, Any]:
    said = answer.json()
    details = said.get("details") if isinstance(said, dict) else None
    return details if isinstance(details, dict) else {}


def _part(answer: Answer, name: str) -> Any:
    said = answer.json()
    if not isinstance(said, dict) or name not in said:
        raise CallFailed(Problem.BAD_ANSWER)
    return said[name]


def _number(record: Any) -> int:
    number = record.get("id") if isinstance(record, dict) else None
    if not isinstance(number, int):
        raise CallFailed(Problem.BAD_ANSWER)
    return number
