"""What every kind of help desk is configured with."""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from service.delivery.target_settings import HttpTarget
from service.setting_types import Name, unfit

Group = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Secret = Annotated[SecretStr, Field(min_length=1)]


class HelpDeskSettings(HttpTarget):
    """A help desk that has tickets of its own.

    Attributes:
        groups: The group there, by desk here; a desk that is left out has none.
        customer: The e-mail address of the customer under whom nameless inquiries are filed.
        webhook_secret: Signs what it tells us; without one it is not listened to.
        close: Whether a ticket that is closed here is closed there.
    """

    groups: Annotated[dict[Name, Group], Field(min_length=1)]
    customer: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    webhook_secret: Secret | None = None
    close: bool = False

    def check_desks(self, desks: Collection[str]) -> None:
        """See TargetSettings; and each of its desks has a group."""
        super().check_desks(desks)
        for desk in self.groups:
            if desk not in desks:
                raise unfit(f"deliveries.{self.name}.groups", f"there is no desk {desk!r}")
        for desk in desks:
            if self.wants(desk) and desk not in self.groups:
                raise unfit(f"deliveries.{self.name}.groups", f"the desk {desk!r} has none")

    def desk_of(self, group: str) -> str | None:
        """The desk of a group; the first that is configured where several share it."""
        return next((desk for desk, one in self.groups.items() if one == group), None)
