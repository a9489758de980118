"""The model registry over HTTP."""

from datetime import UTC, datetime

from flask import Blueprint

from service.access import Actor
from service.api.operation import loket, operation
from service.api.views import ModelList, ModelVersion, model_version
from service.learning import gate

blueprint = Blueprint("models", __name__, url_prefix="/api/v1/models")


@blueprint.get("")
@operation("List model versions", scope="models", answers={200: ModelList}, problems=(401, 403, 503))
def versions(actor: Actor) -> ModelList:
    """Every version whose manifest this registry signed, newest first."""
    registry = loket().registry
    found = [model_version(manifest, registry) for manifest in registry.versions()]
    return ModelList(champion=registry.champion(), models=found)


@blueprint.post("/<version>/promote")
@operation("Promote a version", scope="models", answers={200: ModelVersion}, problems=(401, 403, 404, 409, 503))
def promote(actor: Actor, version: str) -> ModelVersion:
    """Unless the gate blocks it, it serves within five seconds, in every worker."""
    return _promoted(actor, version, despite_gate=False)


@blueprint.post("/<version>/promote-despite-gate")
@operation("Promote a blocked one", scope="admin", answers={200: ModelVersion}, problems=(401, 403, 404, 409, 503))
def promote_despite_gate(actor: Actor, version: str) -> ModelVersion:
    """The same of a version that the gate blocks: an administrator has read why."""
    return _promoted(actor, version, despite_gate=True)


@blueprint.post("/rollback")
@operation("Roll back", scope="models", answers={200: ModelVersion}, problems=(401, 403, 409, 503))
def rollback(actor: Actor) -> ModelVersion:
    """The champion before this one serves within five seconds, in every worker."""
    registry = loket().registry
    return model_version(registry.manifest(gate.rollback(registry, datetime.now(UTC), actor.name)), registry)


def _promoted(actor: Actor, version: str, *, despite_gate: bool) -> ModelVersion:
    registry, routed = loket().registry, loket().settings.category_routes()
    gate.promote(registry, version, routed, datetime.now(UTC), actor.name, despite_gate=despite_gate)
    return model_version(registry.manifest(version), registry)
