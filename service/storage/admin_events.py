"""The journal of people, keys and settings: sign-ins, changes of rights, and who read the journal."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from service.storage.desk_tables import admin_events


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal says of a change.

    Attributes:
        at: When.
        kind: What happened, such as ``user_disabled``.
        actor: Who did it: ``user:ada``, ``key:shop``, ``command``, or ``visitor``.
        about: To whom or what: ``user:anna``, ``key:shop``.
        origin: The address from which.
        details: Facts; never personal data but names of users, never a secret.
    """

    at: datetime
    kind: str
    actor: str
    about: str | None = None
    origin: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def record_admin(connection: Connection, entry: Entry | None) -> None:
    """Add an entry in the transaction of the change; None for none."""
    if entry is None:
        return
    row = {name: getattr(entry, name) for name in Entry.__slots__}
    connection.execute(insert(admin_events), row)
