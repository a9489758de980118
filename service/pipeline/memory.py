"""What desks corrected since the serving model was trained, in memory: it acts on the next inquiry."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

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

    def changed(self, model: str, after: int) -> Mapping[str, Corrected | None]:
        """Those that a model has not learned from, of inquiries about which something was said after a number.

        By the inquiry's id, in the order in which they were said; None for what is no correction any more.
        """


@dataclass(frozen=True)
class Recollection:
    """The memory beside one model, and the receipts of what is in it."""

    model: str
    newest: int
    memory: Memory | None = None
    corrected: dict[str, Corrected] = field(default_factory=dict)

    @property
    def receipts(self) -> dict[str, str]:
        """By the inquiry's id."""
        return {key: one.receipt for key, one in self.corrected.items()}


class Memories:
    """Keeps the memory in step with corrections and champion.

    Watched, it is brought up to date in a thread of its own, so that no inquiry waits; else by whoever asks.

    Args:
        corrections: Where they are kept.
        most: How many are remembered; the newest stay.
    """

    def __init__(self, corrections: Corrections, most: int) -> None:
        self._corrections, self._most = corrections, most
        self._recollection = Recollection("", -1)
        self._told = False
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None

    def beside(self, serving: Serving) -> Recollection:
        """What is remembered beside this model; nothing while that is being found out for a new one."""
        if self._watcher is None:
            self._look(serving)
        found = self._recollection
        return found if found.model == serving.version else Recollection(serving.version, -1)

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
                newest, known = self._corrections.newest(), self._recollection
                if (known.model, known.newest) != (serving.version, newest):
                    self._recollection = self._made(serving, newest, known)
            self._told = False
        except Exception as error:  # noqa: BLE001 - without the latest corrections, inquiries are decided all the same
            if not self._told:
                _log.warning("corrections cannot be read", extra={"error": type(error).__name__})
            self._told = True

    def _made(self, serving: Serving, newest: int, known: Recollection) -> Recollection:
        is_same = known.model == serving.version
        corrected = dict(known.corrected) if is_same else {}
        for key, one in self._corrections.changed(serving.version, known.newest if is_same else 0).items():
            corrected.pop(key, None)  # what is said anew is the newest
            if one:
                corrected[key] = one
        corrected = dict(list(corrected.items())[max(0, len(corrected) - self._most) :])
        examples = [one.example for one in corrected.values()]
        memory = serving.classifier.remember(examples, known.memory if is_same else None)
        return Recollection(serving.version, newest, memory, corrected)
