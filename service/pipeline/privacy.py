"""What may leave the house, and as what: decided by the visitor's country and the desks that may answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Policy(StrEnum):
    """What a translator outside may see of an inquiry."""

    NEVER = "never"  # nothing: only providers inside the house are asked
    MASKED = "masked"
    PLAIN = "plain"


_STRICTEST_FIRST = tuple(Policy)


@dataclass(frozen=True)
class PrivacyRules:
    """The policy of each country and desk; of all others, the default.

    Args:
        default: Where nothing else is said.
        unknown_country: Of visitors whose country is not known; else the strictest that any country has, since they
            may be of that country.
        countries: ISO 3166 codes; stands in place of the default.
        desks: Desk names; can only make it stricter, since the desk is known for certain only afterwards.
    """

    default: Policy = Policy.MASKED
    countries: Mapping[str, Policy] = field(default_factory=dict)
    desks: Mapping[str, Policy] = field(default_factory=dict)
    unknown_country: Policy | None = None

    def policy(self, country: str | None, desks: Iterable[str] = ()) -> Policy:
        """The strictest of what holds for the country and for any of the desks."""
        found = [self._of_country(country), *(self.desks[desk] for desk in desks if desk in self.desks)]
        return _strictest(found)

    def _of_country(self, country: str | None) -> Policy:
        if country is not None:
            return self.countries.get(country, self.default)
        return self.unknown_country or _strictest([self.default, *self.countries.values()])


def _strictest(policies: Iterable[Policy]) -> Policy:
    return min(policies, key=_STRICTEST_FIRST.index)
