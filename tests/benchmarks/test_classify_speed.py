"""How long one inquiry takes in the pipeline, as a ratio to the linear model alone."""

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
def test_deciding_against_scoring_alone(configure):
    loket = assemble(configure())
    classifier = loket.pipeline.champion.current().classifier
    texts = [inquiry.english() for inquiry in read(evaluation_files())]

    scoring = _milliseconds(lambda text: classifier.predict_proba([text]), texts)
    deciding = _milliseconds(lambda text: loket.pipeline.decide(InquiryText(text)), texts)

    ratio = statistics.median(deciding) / statistics.median(scoring)
    for name, times in (("score alone", scoring), ("decide", deciding)):
        median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        print(f"\n{name:12} median {median:6.2f} ms  p99 {p99:6.2f} ms", end="")
    print(f"\nratio        {ratio:.2f}  (language detection, explanation and routing on top)")
