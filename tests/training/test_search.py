"""A search says what trainings with other parameters would be worth, wherever its work is done."""

import os
import pickle
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from joblib import Parallel, delayed, parallel_config

from model.classifier import InquiryClassifier
from model.errors import TrainingDataInvalid
from model.reading import Reading, Situation
from model.taxonomy import OUT_OF_SCOPE, Category
from training import cluster
from training.cluster import ClusterUnavailable, dask_cluster
from training.embeddings import PreparedEncoder
from training.search import DEFAULT_GRID, Embedded, Row, chosen, search

REPOSITORY = Path(__file__).parents[2]
WORDS = {
    "account": ["password", "login", "locked"],
    "billing": ["invoice", "charged", "receipt"],
    "order": ["parcel", "delivered", "track"],
}
NOISE = ["please", "hello", "today", "again", "question", "help", "urgent", "thanks", "regards", "morning"]
SMALL = {"regularisation": [0.1, 1.0]}


def inquiries(n=90, seed=1):
    draw = random.Random(seed)
    labels = [list(WORDS)[i % len(WORDS)] for i in range(n)]
    texts = [
        " ".join([*draw.choices(NOISE, k=6), draw.choice(WORDS[label]), str(i)]) for i, label in enumerate(labels)
    ]
    return [Reading.in_english(text) for text in texts], labels


READINGS, LABELS = inquiries()


def scores(result):
    """Rounded: another number of threads adds up in another order."""
    return [(row.params, round(row.mean_score, 5), round(row.std, 5), row.accuracy) for row in result.table]


@pytest.fixture
def sequential():
    """Everything in this process: starting others costs more than so little work."""
    with parallel_config(backend="sequential"):
        yield


@pytest.mark.usefixtures("sequential")
class TestSearch:
    def test_a_candidate_is_worth_what_a_classifier_with_its_parameters_says_of_inquiries_held_out(
        self, word_counts
    ):
        params = {"regularisation": 0.3, "width": 2.0, "ridge": 0.5}
        classifier = InquiryClassifier(word_counts(), **params).fit(READINGS, LABELS)
        held = classifier.held_out_[Situation.ENGLISH]
        right = held.probabilities[np.arange(len(held.rows)), classifier.held_out_truth_[held.rows]]

        row = search(READINGS, LABELS, word_counts(), grid={name: [value] for name, value in params.items()}).table[
            1
        ]

        assert row.params == params
        assert row.mean_score == pytest.approx(np.log(right).mean())
        assert row.std == pytest.approx(np.log(right).std() / np.sqrt(len(right)))

    def test_the_default_comes_first_and_each_candidate_once(self, word_counts):
        table = search(READINGS, LABELS, word_counts()).table

        assert table[0].params == {"regularisation": 1.0, "width": 1.0, "ridge": 0.1}
        assert len(table) == 1 + 3 * 2 == len({tuple(sorted(row.params.items())) for row in table})

    def test_without_an_encoder_only_the_lexical_view_is_searched(self):
        assert [row.params for row in search(READINGS, LABELS).table] == [
            {"regularisation": value} for value in (1.0, 0.3, 3.0)
        ]

    def test_a_whole_grid_has_every_combination(self, word_counts):
        whole = {name: values for part in DEFAULT_GRID for name, values in part.items()}

        assert len(search(READINGS, LABELS, word_counts(), grid=whole).table) == 27

    def test_where_labels_are_often_wrong_more_regularisation_is_found(self):
        readings, labels = inquiries(300)
        draw = random.Random(0)
        noisy = [draw.choice(list(WORDS)) if draw.random() < 0.4 else label for label in labels]

        assert search(readings, noisy, grid=SMALL).best == {"regularisation": 0.1}

    def test_where_nothing_is_better_the_default_is_kept(self, word_counts):
        assert search(READINGS, LABELS, word_counts(), grid={"ridge": [1000.0]}).best == {}

    def test_every_text_is_encoded_once_however_many_candidates_there_are(self, word_counts):
        encoder, taxonomy = word_counts(), [Category("order", "where a parcel is")]
        search(READINGS, LABELS, encoder, taxonomy)

        expected = InquiryClassifier(taxonomy=taxonomy).texts_to_encode(READINGS, LABELS)
        assert encoder.asked == list(dict.fromkeys(expected))

    def test_what_is_prepared_is_kept_for_the_training_that_follows(self, word_counts, tmp_path, unheard):
        encoder = word_counts()
        prepared = PreparedEncoder("words", encoder, tmp_path / "embeddings.npz")
        search(READINGS, LABELS, prepared, grid=SMALL)
        asked = len(encoder.asked)

        InquiryClassifier(prepared).fit(READINGS, LABELS)

        assert len(encoder.asked) == asked

    def test_messages_out_of_scope_are_learned_from_and_not_scored(self):
        outside = [Reading.in_english(f"the weather is nice {i}") for i in range(20)]

        result = search([*READINGS, *outside], [*LABELS, *[OUT_OF_SCOPE] * 20], grid=SMALL)

        assert scores(result) == scores(search(READINGS, LABELS, grid=SMALL))

    def test_each_inquiry_is_scored_once_in_the_situation_in_which_it_came(self, word_counts):
        german = [Reading(f"auf Deutsch: {reading.best}", reading.best) for reading in READINGS[:30]]

        row = search([*german, *READINGS[30:]], LABELS, word_counts(), grid=SMALL).table[0]

        assert row.accuracy * len(READINGS) == pytest.approx(round(row.accuracy * len(READINGS)))

    def test_a_wrong_label_that_counts_little_costs_little(self):
        labels = ["order", *LABELS[1:]]
        doubted = search(READINGS, labels, grid=SMALL, weights=[0.01, *[1.0] * (len(labels) - 1)])

        assert doubted.table[0].mean_score > search(READINGS, labels, grid=SMALL).table[0].mean_score

    def test_progress_never_goes_back_and_ends_with_all_done(self, word_counts):
        told = []

        search(READINGS, LABELS, word_counts(), tell=lambda done, of: told.append((done, of)))

        assert told == [(done, 8) for done in range(1, 9)]

    @pytest.mark.parametrize(
        ("labels", "grid", "message"),
        [
            pytest.param(["order"] * 90, SMALL, "at least two categories, found 1", id="one_category"),
            pytest.param(LABELS, {"colour": [1.0]}, "colour is no parameter that can be searched", id="parameter"),
        ],
    )
    def test_what_cannot_be_searched_is_refused_in_one_line(self, labels, grid, message):
        with pytest.raises(TrainingDataInvalid, match=message):
            search(READINGS, labels, grid=grid)

    def test_descriptions_alone_have_nothing_to_measure_on(self):
        with pytest.raises(TrainingDataInvalid, match="no inquiry with a category"):
            search([], [], taxonomy=[Category("order", "a parcel"), Category("account", "a password")])

    def test_its_table_and_its_plot_name_every_candidate(self):
        result = search(READINGS, LABELS)

        assert [line.split("regularisation ")[-1] for line in result.text().splitlines()[1:4]] == ["1", "0.3", "3"]
        assert result.text().splitlines()[-1].startswith(("best: ", "the default is kept"))
        assert re.findall(r">regularisation ([\d.]+)<", result.plot()) == ["1", "0.3", "3"]


def row(mean, std=0.01, **params):
    return Row(params, mean, std, 1.0, 0.9, 0.7)


@pytest.mark.parametrize(
    ("table", "best"),
    [
        pytest.param([row(-0.30, width=1.0), row(-0.295, width=2.0)], {}, id="within_noise"),
        pytest.param([row(-0.30, width=1.0), row(-0.28, width=2.0)], {"width": 2.0}, id="beyond_noise"),
        pytest.param([row(-0.30, width=1.0), row(-0.28, 0.03, width=2.0)], {}, id="better_but_not_surely"),
        pytest.param([row(-0.30, width=1.0), row(-0.5, width=2.0)], {}, id="worse"),
        pytest.param(
            [row(-0.5, width=1.0), row(-0.3, width=2.0), row(-0.2, width=3.0)], {"width": 3.0}, id="the_best_of_two"
        ),
        pytest.param([row(-0.30, width=1.0)], {}, id="alone"),
    ],
)
def test_the_default_stays_unless_another_is_better_beyond_noise(table, best):
    assert chosen(table) == best


def test_embeddings_go_to_other_processes_and_their_encoder_does_not(word_counts):
    encoder = word_counts()
    known = Embedded.of(encoder, ["a parcel", "a password", "a parcel"])

    there = pickle.loads(pickle.dumps(known))  # noqa: S301 our own bytes

    assert encoder.asked == ["a parcel", "a password"]
    assert np.array_equal(there.encode(["a password"]), word_counts().encode(["a password"]))
    assert there.identity == encoder.identity
    with pytest.raises(KeyError):
        there.encode(["never prepared"])


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_every_backend_of_joblib_finds_the_same(backend, word_counts, sequential_scores):
    with parallel_config(backend=backend):
        result = search(READINGS, LABELS, word_counts(), grid=SMALL, n_jobs=2)

    assert scores(result) == sequential_scores


@pytest.fixture(scope="module")
def sequential_scores(request):
    from tests.training.conftest import WordCounts

    with parallel_config(backend="sequential"):
        return scores(search(READINGS, LABELS, WordCounts(), grid=SMALL))


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory, wait_until, needs):
    """A Dask scheduler's address; without a worker yet."""
    try:
        import distributed  # noqa: F401 only whether it is there
    except ImportError:
        needs(False, "distributed")
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(file)]
    with _process(folder, "scheduler", *options):
        wait_until(lambda: file.exists() and '"address"' in file.read_text())
        yield re.search(r"tcp://[^\"]+", file.read_text())[0]


@pytest.fixture(scope="module")
def workers(scheduler, tmp_path_factory, wait_until):
    """The same with two workers, each a process of its own."""
    from distributed import Client

    folder = tmp_path_factory.mktemp("workers")
    options = [scheduler, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
    with _process(folder, "worker", *options), _process(folder, "worker", *options), Client(scheduler) as client:
        wait_until(lambda: len(client.ncores()) == 2)
        yield scheduler


class _process:  # noqa: N801 used as the function that it is
    """A program of Dask's, ended at the end."""

    def __init__(self, folder, *arguments):
        self.folder, self.arguments = folder, arguments

    def __enter__(self):
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
        program = [sys.executable, "-m", "distributed.cli.dask_" + self.arguments[0], *self.arguments[1:]]
        self.process = subprocess.Popen(
            program, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def test_a_scheduler_without_a_worker_is_one_line(scheduler):
    said = r"^tcp://127.0.0.1:\d+: the scheduler has no worker$"

    with pytest.raises(ClusterUnavailable, match=said), dask_cluster(scheduler):
        pass


def test_a_dask_cluster_does_the_work_and_finds_the_same(workers, word_counts, sequential_scores):
    with dask_cluster(workers):
        who = set(Parallel(-1)(delayed(os.getpid)() for _ in range(8)))
        result = search(READINGS, LABELS, word_counts(), grid=SMALL)

    assert who
    assert os.getpid() not in who
    assert scores(result) == sequential_scores


def test_afterwards_the_work_is_done_here_again(workers):
    with dask_cluster(workers):
        pass

    assert Parallel(1)([delayed(os.getpid)()]) == [os.getpid()]


def test_what_is_wrong_with_the_inquiries_is_said_as_without_a_cluster(workers):
    with pytest.raises(TrainingDataInvalid, match="too few inquiries hold a word"), dask_cluster(workers):
        search([Reading.in_english("?")] * 4, [*"xxyy"])


@pytest.mark.parametrize(
    "url", ["tcp://127.0.0.1:9", "nowhere://127.0.0.1:9", "tcp://127.0.0.1", "tcp://127.0.0.1:x"]
)
def test_an_address_without_a_scheduler_is_one_line(url, monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)

    with pytest.raises(ClusterUnavailable) as raised, dask_cluster(url):
        pass

    assert str(raised.value).startswith(f"{url}: no Dask scheduler answers: ")
    assert len(str(raised.value).splitlines()) == 1


def test_without_the_package_it_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with (
        pytest.raises(ClusterUnavailable, match="needs the package distributed"),
        dask_cluster("tcp://127.0.0.1:9"),
    ):
        pass
