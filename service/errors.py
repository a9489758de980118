"""What the service can refuse, each with a stable code; the docstring is the message unless one is given."""


class ServiceError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.field = field


class InvalidInput(ServiceError):
    """A value is not one that can be accepted."""


class NotFound(ServiceError):
    """There is no such thing, or it is not yours to see."""


class Conflict(ServiceError):
    """Somebody else changed it meanwhile."""


class Unauthenticated(ServiceError):
    """A valid key is needed."""


class Forbidden(ServiceError):
    """The key or user has no right to this."""


class TooManyAttempts(ServiceError):
    """Too many failed attempts; try again later."""


class StorageUnavailable(ServiceError):
    """The database cannot be used right now; try again in a moment."""


class ModelUnavailable(ServiceError):
    """No model can be loaded; inquiries are still accepted and stored."""


class CannotStart(ServiceError):
    """The service cannot start."""
