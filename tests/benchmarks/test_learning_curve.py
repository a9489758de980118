"""The learning curve: how the share that needs a person falls as desks correct, with and without the memory.

STREAM_INQUIRIES bounds the stream; without it, all of the data set passes. Baseline of the same run: the first
thousand, and the arm without the memory.
"""

import os

import pytest

from tests.benchmarks import stream

pytestmark = pytest.mark.benchmark
MOST = int(os.environ.get("STREAM_INQUIRIES", "100000"))
SETS = {"banking77": stream.banking77, "clinc150": stream.clinc150}


@pytest.fixture(scope="module")
def encodings():
    return stream.Encodings()


@pytest.mark.parametrize("memory", [True, False], ids=["memory", "no memory"])
@pytest.mark.parametrize("name", SETS)
def test_share_that_needs_a_person(name, memory, encodings, tmp_path, monkeypatch):
    if not (stream.DATASETS / name).is_dir():
        pytest.skip(f"{stream.DATASETS / name} is not there: set LOKET_DATASETS")
    arm = stream.Stream(tmp_path / "data", SETS[name](), encodings, monkeypatch, memory=memory)
    arm.begin()
    rows, found = arm.rest[:MOST], []
    print(
        f"\n{name}, {len(arm.first)} labels to begin with, {'with' if memory else 'without'} the memory", flush=True
    )
    for start in range(0, len(rows) - 999, 1000):
        found.append(arm.thousand(rows[start : start + 1000], retrain=start + 2000 <= len(rows)))
        print(f"{start:6}: {found[-1].row}", flush=True)
    first, last = (1 - one.right / one.n for one in (found[0], found[-1]))
    print(f"needs a person: {first:.3f} to {last:.3f}, ratio {last / first:.2f}; repeated misroutes "
          f"{sum(one.repeated for one in found)}")  # fmt: skip
