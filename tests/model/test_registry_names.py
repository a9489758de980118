"""The name of a version never leads out of the registry."""

import shutil
from datetime import UTC, datetime

import pytest

from model.classifier import InquiryClassifier
from model.errors import VersionNotFound
from model.registry import Registry

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A registry's folder with one version, which also lies, rightly signed, beside it and above it."""
    folder = tmp_path_factory.mktemp("registry")
    registry = Registry(folder / "models", b"k" * 32)
    classifier = InquiryClassifier().fit(["parcel late", "my parcel", "password lost", "my password"], [*"aabb"])
    version = registry.add(classifier, name="x", data=[], metrics={}, card=lambda facts: "", at=MONDAY)
    inside = folder / "models" / "versions" / version
    for outside in (folder / "models", folder, inside):
        shutil.copytree(inside, outside / "copy" / version)
    shutil.copytree(inside, inside.with_name(f".{version}"))
    return folder / "models", version


@pytest.fixture
def registry(models):
    return Registry(models[0], b"k" * 32)


@pytest.mark.parametrize(
    "name",
    [
        "../copy/{version}",
        "../../copy/{version}",
        "{folder}/copy/{version}",
        "{version}/copy/{version}",
        "./{version}",
        "{version}/",
        "{version}/.",
        ".{version}",
        "..",
        ".",
        "../versions/{version}",
        "{version}\x00",
        "\ud800",
        "no-such-version",
        "",
        "x" * 300,
    ],
    ids=ascii,
)
@pytest.mark.parametrize("use", ["load", "manifest", "card", "promote"])
def test_only_the_plain_name_of_a_version_finds_it(models, registry, name, use):
    folder, version = models
    asked = name.format(folder=folder, version=version)

    with pytest.raises(VersionNotFound):
        registry.promote(asked, [*"ab"]) if use == "promote" else getattr(registry, use)(asked)


def test_the_plain_name_finds_it(models, registry):
    assert registry.load(models[1]).predict(["where is the parcel"]).tolist() == ["a"]
