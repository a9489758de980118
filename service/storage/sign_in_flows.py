"""Sign-ins that have begun at an identity provider: each comes back once, and soon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert

from service.storage.desk_tables import sign_in_flows
from service.storage.engine import writing

_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Flow:
    """What is kept of one.

    Attributes:
        nonce: What the ID token must say.
        verifier: What proves to the provider that who began it ends it (PKCE, RFC 7636).
        onward: Where the person wanted to go.
    """

    nonce: str
    verifier: str
    onward: str | None


class SignInFlows:
    """The table of these."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, at: datetime, state_hash: str, flow: Flow) -> None:
        """Keep one under the hash of its state, and forget those that nobody ended."""
        values = {"state_hash": state_hash, "at": at, **{name: getattr(flow, name) for name in Flow.__slots__}}
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_flows).where(sign_in_flows.c.at <= at - _LASTS))
            connection.execute(insert(sign_in_flows), values)

    def take(self, at: datetime, state_hash: str) -> Flow | None:
        """Give one away: a state that comes back a second time finds nothing."""
        own = (sign_in_flows.c.state_hash == state_hash) & (sign_in_flows.c.at > at - _LASTS)
        columns = tuple(sign_in_flows.c[name] for name in Flow.__slots__)
        with writing(self._engine) as connection:
            row = connection.execute(delete(sign_in_flows).where(own).returning(*columns)).one_or_none()
        return Flow(*row) if row else None
