"""The champions one after the other, as `champion.json` remembers them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self


@dataclass(frozen=True)
class History:
    """Versions that were promoted, the champion last, each once; what was rolled back is not among them."""

    champions: tuple[str, ...] = ()
    since: dict[str, str] = field(default_factory=dict)  # ISO time of becoming champion; not known of old ones

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read the file, also one of a release that kept no times.

        Raises:
            ValueError: It is damaged.
        """
        facts = json.loads(content)
        champions = facts.get("champions") if isinstance(facts, dict) else None
        since = facts.get("since", {}) if isinstance(facts, dict) else None
        if not isinstance(champions, list) or not isinstance(since, dict):
            raise ValueError("no list of champions")
        if not all(isinstance(text, str) for text in (*champions, *since.values())):
            raise ValueError("a champion without a name")
        return cls(tuple(champions), since)

    @property
    def champion(self) -> str | None:
        """The one that should serve."""
        return self.champions[-1] if self.champions else None

    def promoted(self, version: str, at: datetime) -> Self:
        """With a new champion."""
        return self._ending([*(one for one in self.champions if one != version), version], at)

    def rolled_back(self, at: datetime) -> Self:
        """With the champion before the last one as champion again; there must be one."""
        return self._ending(list(self.champions[:-1]), at)

    def to_bytes(self) -> bytes:
        """The content of the file."""
        return json.dumps({"champions": self.champions, "since": self.since}, indent=1).encode()

    def _ending(self, champions: list[str], at: datetime) -> Self:
        since = {version: time for version, time in self.since.items() if version in champions}
        return type(self)(tuple(champions), since | {champions[-1]: at.astimezone(UTC).isoformat()})
