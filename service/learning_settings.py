"""Settings of what is learned from labels, and when."""

from typing import Annotated, Literal

from pydantic import Field

from service.setting_types import Table

Weight = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class LabelWeights(Table):
    """How much a label counts in training, by how it came about."""

    correction: Weight = 1.0
    confirmation: Weight = 1.0
    imported: Annotated[Weight, Field(alias="import")] = 1.0
    closed: Weight = 0.5


class Learning(Table):
    """When labels train a model, and whether one that passed the gate is promoted without a person."""

    promotion: Literal["automatic", "manual"] = "automatic"
    after_labels: Annotated[int, Field(ge=0)] = 200
    every_hours: Annotated[float, Field(ge=0)] = 0.0
    least_labels: Annotated[int, Field(ge=1)] = 20
    remembered: Annotated[int, Field(ge=0, le=2_000)] = 1_000
    weights: LabelWeights = LabelWeights()
    half_life_days: Annotated[float, Field(ge=0)] = 365.0
