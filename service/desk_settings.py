"""Settings of categories and desks: where each goes, and how certain it must be."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from model.thresholds import Policy as ErrorPolicy
from service.pipeline.privacy import Policy
from service.route_settings import Duration
from service.setting_types import LabelName, Name, Probability, Table, unfit

Cost = Annotated[float, Field(gt=0, allow_inf_nan=False)]
UserName = Annotated[str, Field(min_length=1, max_length=100)]


class Category(Table):
    """One intent category."""

    meaning: str = ""
    examples: tuple[str, ...] = ()
    not_this: str = ""
    formerly: tuple[LabelName, ...] = ()
    desk: Name
    threshold: Probability | None = None


class _Errors(Table):
    """How certain a decision must be: so that this share is right, or so that errors and looks cost least."""

    target_precision: Probability | None = None
    misroute_cost: Cost | None = None
    look_cost: Cost | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if (self.misroute_cost is None) != (self.look_cost is None):
            given = "misroute_cost" if self.look_cost is None else "look_cost"
            raise unfit(given, "misroute_cost and look_cost need each other")
        if self.target_precision is not None and self.misroute_cost is not None:
            raise unfit("target_precision", "give a target_precision or costs, not both")
        return self

    @property
    def policy(self) -> ErrorPolicy | None:
        """None when nothing is said."""
        if self.misroute_cost is not None:
            return ErrorPolicy(misroute_cost=self.misroute_cost, look_cost=self.look_cost)
        return ErrorPolicy(self.target_precision) if self.target_precision is not None else None


class Desk(_Errors):
    """A team that answers, how certain what is routed to it must be, and what of it may leave the house."""

    name: str
    privacy: Literal[Policy.NEVER, Policy.MASKED] | None = None
    owner: UserName | None = None
    calendar: Name | None = None
    due: Duration | None = None
    after_hours: Name | None = None


class Routing(_Errors):
    """The same for desks that say nothing of their own; a threshold, where one is fixed, is used instead."""

    threshold: Probability | None = None
    arbiter: UserName | None = None
