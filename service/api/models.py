"""The model registry over HTTP."""

from flask import Blueprint

from service.access import Actor
from service.api.operation import loket, operation
from service.api.views import ModelList, ModelVersion, model_version

blueprint = Blueprint("models", __name__, url_prefix="/api/v1/models")


@blueprint.get("")
@operation("List model versions", scope="models", answers={200: ModelList}, problems=(401, 403, 503))
def versions(actor: Actor) -> ModelList:
    """Every version whose manifest this registry signed, newest first."""
    registry = loket().registry
    champion = registry.champion()
    return ModelList(champion=champion, models=[model_version(m, champion) for m in registry.versions()])


@blueprint.post("/<version>/promote")
@operation("Promote a version", scope="models", answers={200: ModelVersion}, problems=(401, 403, 404, 409, 503))
def promote(actor: Actor, version: str) -> ModelVersion:
    """It serves from the next inquiry on, in every worker."""
    registry = loket().registry
    registry.promote(version, loket().settings.categories)
    return model_version(registry.manifest(version), version)
