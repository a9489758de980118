"""A training tells MLflow what it gave, where that is asked for; and is not lost where that fails."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from model.artifact import Manifest
from model.classifier import InquiryClassifier
from training.card import model_card
from training.evaluate import held_out_figures
from training.tracking import figures, held_out_plots, track

pytest.importorskip("mlflow")

REPOSITORY = Path(__file__).parents[2]
TEXTS = ["where is my parcel", "the parcel is late", "track my parcel", "forgot my password", "password", "log in"]
LABELS = ["order"] * 3 + ["account"] * 3


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier(regularisation=3.0).fit(TEXTS * 10, LABELS * 10)


@pytest.fixture(scope="module")
def manifest(classifier):
    return Manifest(
        version="20260302-093000-abc",
        name="spring",
        created_at="2026-03-02T09:30:00+00:00",
        labels=["account", "order"],
        data=[{"name": "history.csv", "rows": 60, "sha256": "0" * 64}],
        metrics=held_out_figures(classifier, ["en"] * 60),
        snapshot="1" * 64,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tracking")


@pytest.fixture(scope="module")
def logged(folder, manifest, classifier):
    """The run as a reader of MLflow finds it."""
    files = {"card.md": model_card(manifest)} | held_out_plots(classifier)

    assert track(f"sqlite:///{folder}/mlflow.db", manifest, {"regularisation": 3.0, "folds": 5}, files) is None

    (run,) = runs(folder)
    return run


def runs(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own
        from mlflow.tracking import MlflowClient

        client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
        return client.search_runs([client.get_experiment_by_name("loket").experiment_id])


def test_version_parameters_and_held_out_figures_are_logged(logged, manifest):
    assert logged.info.run_name == f"spring {manifest.version}"
    assert logged.info.status == "FINISHED"
    assert logged.data.params == {"regularisation": "3.0", "folds": "5"}
    assert logged.data.metrics["accuracy"] == manifest.metrics["accuracy"]
    assert logged.data.metrics["per_category/order/f1"] == manifest.metrics["per_category"]["order"]["f1"]
    assert logged.data.tags["version"] == manifest.version
    assert logged.data.tags["snapshot"] == manifest.snapshot
    assert logged.data.tags["data.0"] == "history.csv 60 rows"


def test_card_and_plots_are_kept_beside_the_database(logged, folder, manifest):
    kept = folder / "mlflow.files" / logged.info.run_id / "artifacts"

    assert (kept / "card.md").read_text() == model_card(manifest)
    assert sorted(path.name for path in (kept / "plots" / "english").iterdir()) == [
        "confusion.svg", "coverage.svg", "reliability.svg",
    ]  # fmt: skip
    assert (kept / "plots" / "english" / "coverage.svg").read_text().startswith("<svg ")


def test_neither_user_nor_path_of_this_machine_is_in_the_tags(logged):
    assert set(logged.data.tags) == {"version", "snapshot", "data.0", "mlflow.runName"}


def test_the_next_version_is_a_run_of_the_same_experiment(logged, folder, manifest):
    assert track(f"sqlite:///{folder}/mlflow.db", manifest, {}, {}) is None

    assert len(runs(folder)) == 2


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        pytest.param("http://127.0.0.1:9", "http://127.0.0.1:9: MLflow did not take the run: ", id="nobody"),
        pytest.param("http://anna:secret@127.0.0.1:9", "http://127.0.0.1:9: MLflow did not", id="a_password"),
        pytest.param(
            "sqlite:////proc/none/mlflow.db", "sqlite:////proc/none/mlflow.db: MLflow did", id="no_folder"
        ),
        pytest.param("nowhere://here", "nowhere://here: MLflow did not take the run: ", id="no_such_kind"),
    ],
)
def test_what_cannot_be_logged_is_one_line_and_no_error(uri, said, manifest, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    found = track(uri, manifest, {"folds": 5}, {})

    assert found.startswith(said)
    assert len(found.splitlines()) == 1
    assert "secret" not in found
    assert len(found) < 300


def test_without_the_package_it_says_what_is_missing(manifest, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)

    assert track("sqlite:///none.db", manifest, {}, {}) == "--mlflow needs the package mlflow-skinny"


def test_mlflow_reports_nothing_about_this_machine(tmp_path):
    """In a process of its own, and without the variables by which MLflow knows that it is being tested."""
    program = (
        "from model.artifact import Manifest; from training.tracking import track;"
        "m = Manifest('v', 'n', '2026-03-02T09:30:00+00:00', [], [], {});"
        "assert track('sqlite:///mlflow.db', m, {}, {}) is None;"
        "from mlflow.telemetry import get_telemetry_client;"
        "print(get_telemetry_client())"
    )
    known = ("PATH", "HOME", "LANG")
    environment = {name: os.environ[name] for name in known if name in os.environ} | {"PYTHONPATH": str(REPOSITORY)}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "None\n", "")


def test_every_number_has_the_path_to_it_and_letters_that_mlflow_takes():
    metrics = {"n": 3, "per_category": {"a&b": {"f1": 0.5}}, "name": "no number", "interval": [0.1, 0.2]}

    assert list(figures(metrics)) == [("n", 3.0), ("per_category/a_b/f1", 0.5)]
