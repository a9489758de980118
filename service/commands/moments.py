"""Moments as a person types them: a day, a time of day, or how long ago."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_AGO = re.compile(r"(\d{1,5})\s*(min|h|d|w)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[datetime]):
    """Such as ``2026-03-02``, ``2026-03-02T09:30``, ``90min``, ``12h``, ``7d`` or ``4w``; in UTC without a zone."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """See click."""
        if isinstance(value, datetime):
            return value
        ago = _AGO.fullmatch(str(value).strip())
        try:
            if ago:
                return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            found = datetime.fromisoformat(str(value))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a moment such as 2026-03-02, 2026-03-02T09:30 or 7d", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


MOMENT = Moment()
