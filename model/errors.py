"""What can be wrong with a model or its configuration, each in one sentence that a person can act on."""


class ModelError(Exception):
    """Something about a trained model is wrong."""


class ArtifactInvalid(ModelError):
    """A model folder is not one that our registry signed, or is damaged, or needs other library versions."""


class VersionNotFound(ModelError):
    """The registry holds no such model version."""


class PromotionRefused(ModelError):
    """The model must not become champion."""


class TrainingDataInvalid(ModelError):
    """The labelled inquiries cannot train a model."""


class ConfigurationInvalid(Exception):
    """A key or value of the configuration is wrong."""


class EncoderUnavailable(ModelError):
    """The semantic view's encoder is not installed, or does not run here."""
