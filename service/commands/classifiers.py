"""A model version as it serves: with its encoder."""

import click

from model.classifier import InquiryClassifier
from model.configuration import Configuration
from model.encoder import Remembering, open_or_none
from model.errors import ModelError


def open_classifier(configuration: Configuration, version: str | None) -> tuple[str, InquiryClassifier]:
    """A version, or the champion; warns when its encoder is not to be had.

    Raises:
        ModelError: It cannot be loaded, or nothing has been promoted.
    """
    registry = configuration.registry()
    version = version or registry.champion()
    if version is None:
        raise ModelError("no model has been promoted; name one with --model")
    encoder, reason = open_or_none(configuration.encoder_name)
    classifier = registry.load(version).with_encoder(Remembering(encoder) if encoder else None)
    if missing := reason or classifier.lacks(encoder):
        click.echo(f"Warning: words alone are asked: {missing}", err=True)
    return version, classifier
