"""What a training gave, told to MLflow where a company keeps its experiments there: `loket train --mlflow URI`.

Nothing is sent anywhere else: MLflow's telemetry is switched off before it is imported. The model itself stays
in the registry, which signs it; the run names its version.
"""

import logging
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.errors import ModelError
from training import plots

_EXPERIMENT = "loket"
_NO_TELEMETRY = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
# A training waits a minute for a server that is away, not the hour of MLflow's own defaults.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
_SQLITE = "sqlite:///"
_AT_ONCE = 500  # metrics; a server takes 1,000 in one request
_SHOWN_CHARS = 200


def track(uri: str, manifest: Manifest, parameters: Mapping[str, Any], files: Mapping[str, str]) -> str | None:
    """Log a trained version as a run of the experiment ``loket``.

    Args:
        uri: Of the tracking server or database: ``https://mlflow.example.org``, ``sqlite:////data/mlflow.db``.
        manifest: Of the version; its held-out figures become metrics, its version and snapshot tags.
        parameters: Those of the classifier.
        files: What is kept beside the run by its path: the model card, plots; see `held_out_plots`.

    Returns:
        None, or in one sentence why it was not logged: what was trained is stored already, and is not lost.
    """
    try:
        _log(uri, manifest, parameters, files)
    except ModelError as error:
        return str(error)
    return None


def held_out_plots(classifier: InquiryClassifier) -> dict[str, str]:
    """SVGs of what a classifier said of the inquiries held out, by path, for each situation that was met."""
    names, drawn = classifier.classes_, {}
    for situation, held in classifier.held_out_.items():
        within = classifier.held_out_truth_[held.rows] < len(names)
        if within.any():
            truth, rows = classifier.held_out_truth_[held.rows[within]], held.probabilities[within]
            correct, confidence = np.asarray(rows.argmax(axis=1) == truth), np.asarray(rows.max(axis=1))
            folder = f"plots/{situation}"
            drawn[f"{folder}/reliability.svg"] = plots.reliability(confidence, correct)
            drawn[f"{folder}/coverage.svg"] = plots.coverage(confidence, correct)
            drawn[f"{folder}/confusion.svg"] = plots.confusion(
                names[truth], names[rows.argmax(axis=1)], list(names)
            )
    return drawn


def _log(uri: str, manifest: Manifest, parameters: Mapping[str, Any], files: Mapping[str, str]) -> None:
    os.environ.update(_NO_TELEMETRY)
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow's own use of other libraries is not ours to mend
            _log_run(uri, manifest, parameters, files)
    except ImportError as error:
        raise ModelError("--mlflow needs the package mlflow-skinny") from error
    except Exception as error:
        raise ModelError(f"{_public(uri)}: MLflow did not take the run: {_one_line(error)}") from error


def _log_run(uri: str, manifest: Manifest, parameters: Mapping[str, Any], files: Mapping[str, str]) -> None:
    from mlflow.entities import Metric, Param
    from mlflow.tracking import MlflowClient

    for chatty in ("alembic", "mlflow"):  # a new SQLite file would tell of every migration
        logging.getLogger(chatty).setLevel(logging.WARNING)
    client, at = MlflowClient(uri), round(datetime.fromisoformat(manifest.created_at).timestamp() * 1000)
    name = f"{manifest.name} {manifest.version}"
    run = client.create_run(
        _experiment(client, uri), start_time=at, run_name=name, tags=_tags(manifest)
    ).info.run_id
    client.log_batch(run, params=[Param(name, str(value)) for name, value in parameters.items()])
    metrics = [Metric(name, value, at, 0) for name, value in figures(manifest.metrics)]
    for start in range(0, len(metrics), _AT_ONCE):
        client.log_batch(run, metrics=metrics[start : start + _AT_ONCE])
    for path, content in files.items():
        client.log_text(run, content, path)
    client.set_terminated(run)


def _experiment(client: Any, uri: str) -> str:
    """Its id; files of runs in a SQLite file are kept beside it, not in the working directory."""
    if found := client.get_experiment_by_name(_EXPERIMENT):
        return str(found.experiment_id)
    beside = Path(uri.removeprefix(_SQLITE)).absolute().with_suffix(".files").as_uri() if _SQLITE in uri else None
    return str(client.create_experiment(_EXPERIMENT, artifact_location=beside))


def _tags(manifest: Manifest) -> dict[str, str]:
    tags = {"version": manifest.version, "encoder": manifest.encoder, "snapshot": manifest.snapshot}
    rows = {f"data.{place}": f"{one['name']} {one['rows']} rows" for place, one in enumerate(manifest.data)}
    return {name: value for name, value in (tags | rows).items() if value}


def figures(metrics: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, float]]:
    """Every number in figures, with the path to it: ``per_category/order_status/f1``."""
    for name, value in metrics.items():
        path = within + re.sub(r"[^\w .-]", "_", name)
        if isinstance(value, Mapping):
            yield from figures(value, f"{path}/")
        elif isinstance(value, int | float):
            yield path, float(value)


def _public(text: str) -> str:
    """Without what may be a password in an address."""
    return re.sub(r"//[^/@\s]+@", "//", text)


def _one_line(error: Exception) -> str:
    line = " ".join(_public(str(error)).split()) or type(error).__name__
    return line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 1] + "…"
