"""What a Zammad is configured with."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from service.delivery.help_desk_settings import Group, HelpDeskSettings, Secret
from service.setting_types import Table

Attribute = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$", max_length=200)]
Priority = Annotated[str, Field(min_length=1)]


class ZammadFields(Table):
    """Ticket attributes that Zammad's administrator added (page Objects), by what Loket puts there."""

    category: Attribute | None = None
    confidence: Attribute | None = None
    receipt: Attribute | None = None


class ZammadPriorities(Table):
    """What priorities are called there; the defaults are those of a new Zammad."""

    low: Priority = "1 low"
    normal: Priority = "2 normal"
    high: Priority = "3 high"
    urgent: Priority = "3 high"


class ZammadSettings(HelpDeskSettings):
    """A ``[[deliveries]]`` of kind zammad.

    Attributes:
        token: Of a user with the permission ticket.agent and full access to the groups, and no other rights.
        groups: By name.
        closed_state: What the state of an answered ticket is called.
        open_state: What the state of a ticket that is opened again is called.
    """

    kind: Literal["zammad"]
    token: Secret
    groups: Annotated[dict[str, Group], Field(min_length=1)]
    fields: ZammadFields = ZammadFields()
    priorities: ZammadPriorities = ZammadPriorities()
    closed_state: str = "closed"
    open_state: str = "open"
