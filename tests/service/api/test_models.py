"""The model registry over HTTP: which versions there are, which one serves, and what may not."""

import shutil
from datetime import timedelta

import pytest

from model.classifier import InquiryClassifier
from service.app import create_app
from service.assembly import assemble

URL = "/api/v1/models"
ORDERS = [
    "Where is my order?",
    "My parcel has not arrived yet.",
    "When will you deliver my lamp?",
    "The tracking of my parcel has not moved.",
    "I am still waiting for order 4711.",
]
JUNK = [
    "Buy cheap followers now.",
    "We bring your website to the first place.",
    "You have won a prize, click here.",
    "Cheap loans without any questions.",
    "Make money from home, click now.",
]


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def add(loket, now):
    """Lay a small model, an hour younger than the default one, into the registry."""

    def make(other="spam"):
        small = InquiryClassifier().fit(ORDERS + JUNK, ["order_status"] * 5 + [other] * 5)
        figures = {"accuracy": 0.9, "macro_f1": 0.8, "ece": 0.1}
        at = now + timedelta(hours=1)
        return loket.registry.add(
            small, name="small", data=[], metrics=figures, card=lambda manifest: "# Small", at=at
        )

    return make


def test_it_works(client, loket, key):
    answer = client.get(URL, headers=key("models"))

    [manifest] = loket.registry.versions()
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json == {
        "champion": manifest.version,
        "models": [
            {
                "version": manifest.version,
                "name": "default",
                "created_at": "2026-03-02T09:30:00+00:00",
                "champion": True,
                "challenger": False,
                "blocked": None,
                "categories": sorted(loket.settings.categories),
                "accuracy": manifest.metrics["accuracy"],
                "macro_f1": manifest.metrics["macro_f1"],
                "ece": manifest.metrics["ece"],
            }
        ],
    }


def test_the_newest_is_first_and_the_champion_is_marked(client, loket, key, add):
    champion, newer = loket.registry.champion(), add()

    found = client.get(URL, headers=key("models")).json
    assert found["champion"] == champion
    assert [(one["version"], one["champion"]) for one in found["models"]] == [(newer, False), (champion, True)]


def test_a_version_that_this_registry_did_not_sign_is_not_listed(client, loket, data_dir, key, add):
    version = add()
    (data_dir / "models" / "versions" / version / "manifest.hmac").write_text("0" * 64)

    assert [one["name"] for one in client.get(URL, headers=key("models")).json["models"]] == ["default"]


def test_without_any_model_the_list_is_empty(client, data_dir, key):
    shutil.rmtree(data_dir / "models")

    assert client.get(URL, headers=key("models")).json == {"champion": None, "models": []}


def test_a_promoted_version_is_the_champion(client, loket, key, add):
    header, version = key("models"), add()
    answer = client.post(f"{URL}/{version}/promote", headers=header)

    assert answer.status_code == 200
    assert answer.json == {
        "version": version,
        "name": "small",
        "created_at": "2026-03-02T10:30:00+00:00",
        "champion": True,
        "challenger": False,
        "blocked": None,
        "categories": ["order_status", "spam"],
        "accuracy": 0.9,
        "macro_f1": 0.8,
        "ece": 0.1,
    }
    assert client.get(URL, headers=header).json["champion"] == version


def test_it_serves_from_the_next_inquiry_on_in_every_process(configure, store, key, add):
    processes = [assemble(configure()) for _ in range(2)]
    here, elsewhere = (create_app(parts).test_client() for parts in processes)
    question, header = {"text": "Where is my order?"}, key("classify", "models")
    before = elsewhere.post("/api/v1/classify", json=question, headers=header).json["model"]
    version = add()
    here.post(f"{URL}/{version}/promote", headers=header)

    serving = [
        each.post("/api/v1/classify", json=question, headers=header).json["model"] for each in (here, elsewhere)
    ]
    for parts in processes:
        parts.store.close()
    assert before != version
    assert serving == [version, version]


def test_the_champion_can_be_promoted_again(client, loket, key):
    champion = loket.registry.champion()

    assert client.post(f"{URL}/{champion}/promote", headers=key("models")).status_code == 200
    assert loket.registry.champion() == champion


def test_a_version_with_a_category_that_has_no_desk_is_a_409(client, loket, problem, key, add):
    champion, version = loket.registry.champion(), add(other="lost_property")

    answer = client.post(f"{URL}/{version}/promote", headers=key("models"))
    assert problem(answer) == (409, [])
    assert answer.json["detail"] == f"{version} knows categories that have no desk: lost_property"
    assert loket.registry.champion() == champion


def test_a_damaged_version_is_a_409_and_does_not_serve(client, loket, data_dir, problem, key, add):
    champion, version = loket.registry.champion(), add()
    estimator = data_dir / "models" / "versions" / version / "model.joblib"
    estimator.write_bytes(estimator.read_bytes()[:-1] + b"\x00")

    assert problem(client.post(f"{URL}/{version}/promote", headers=key("models"))) == (409, [])
    assert loket.registry.champion() == champion


@pytest.mark.parametrize(
    "version", ["20260302-093000-000000", "..", ".lock", "%2e%2e%5cversions", "%00", "ü", "x" * 300]
)
def test_an_unknown_version_is_a_404(client, problem, key, version):
    assert problem(client.post(f"{URL}/{version}/promote", headers=key("models"))) == (404, [])
