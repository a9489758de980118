"""What desks corrected since the serving model was trained, in memory: it acts on the next inquiry."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from model.classifier import InquiryClassifier
from model.memory import Example, Memory
from service.pipeline.classification import Serving

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.3  # a correction acts within a second, and takes a tenth of one to encode
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected inquiry, keyed by its id, and the reference under which people know it."""

    example: Example
    receipt: str


class Corrections(Protocol):
    """Where corrections are kept."""

    def newest(self) -> int:
        """A number that grows with each; cheap."""

    def since(self, model: str) -> Sequence[Corrected]:
        """Those that a model has not learned from, oldest first."""


@dataclass(frozen=True)
class Remembered:
    """The memory beside one model, and the receipts of what is in it."""

    model: str
    newest: int
    memory: Memory | None = None
    receipts: dict[str, str] = field(default_factory=dict)


class Memories:
    """Keeps the memory in step with corrections and champion.

    Watched, it is brought up to date in a thread of its own, so that no inquiry waits; else by whoever asks.

    Args:
        corrections: Where they are kept.
    """

    def __init__(self, corrections: Corrections) -> None:
        self._corrections = corrections
        self._remembered = Remembered("", -1)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None

    def beside(self, serving: Serving) -> Remembered:
        """What is remembered beside this model; nothing while that is being found out for a new one."""
        if self._watcher is None:
            self._look(serving)
        found = self._remembered
        return found if found.model == serving.version else Remembered(serving.version, -1)

    def watch(self, current: Callable[[], Serving | None]) -> None:
        """Look three times a second at what serves and what was corrected, until `stop`; called after the fork."""
        self._stopping.clear()
        self._watcher = threading.Thread(target=self._watch, args=(current,), name="memory", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End the watcher, if there is one."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(_STOP_SECONDS)
            self._watcher = None

    def _watch(self, current: Callable[[], Serving | None]) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            if serving := current():
                self._look(serving)

    def _look(self, serving: Serving) -> None:
        try:
            with self._lock:
                newest, known = self._corrections.newest(), self._remembered
                if (known.model, known.newest) != (serving.version, newest):
                    self._remembered = self._made(serving, newest, known)
        except Exception as error:  # noqa: BLE001 - without the latest corrections, inquiries are decided all the same
            _log.warning("corrections cannot be read", extra={"error": type(error).__name__})

    def _made(self, serving: Serving, newest: int, known: Remembered) -> Remembered:
        found = self._corrections.since(serving.version)
        before = known.memory if known.model == serving.version else None
        classifier: InquiryClassifier = serving.classifier
        memory = classifier.remember([one.example for one in found], before)
        return Remembered(serving.version, newest, memory, {one.example.key: one.receipt for one in found})
