"""When labels are to train a model, as configured."""

from datetime import datetime, timedelta

from service.learning_settings import Learning
from service.storage.store import Store


def is_due(store: Store, settings: Learning, at: datetime) -> bool:
    """Whether there are enough new labels, or some and it is time.

    What counts as new was given after the last retraining began that came to an end, good or bad: one that failed
    is not tried again until somebody asks for it or more labels come, one that was killed is.
    """
    last = next((one for one in store.retrainings.latest() if one.outcome), None)
    new = store.labels.count_after(last.labels_until if last else 0)
    if settings.after_labels and new >= settings.after_labels:
        return True
    if not settings.every_hours or new < settings.least_labels:
        return False
    return last is None or at - last.started_at >= timedelta(hours=settings.every_hours)
