"""What the detection's tests share: the detector as it is by default, and each engine that can be chosen."""

from functools import cache

import pytest

from service.pipeline.detection.detector import Detector
from service.pipeline.detection.engines import EngineMissing, open_engines

SITE = ("en", "nl", "de", "fr", "es")


@pytest.fixture(scope="session")
def detector(engines):
    return Detector(engines, SITE)


@pytest.fixture(scope="session")
def by_langdetect(engine):
    return Detector([engine], SITE)


@pytest.fixture(scope="session")
def open_engine(needs):
    """Open an engine by its name, once."""

    @cache
    def open_one(name):
        try:
            return open_engines([name])[0]
        except EngineMissing:
            return needs(False, name)

    return open_one
