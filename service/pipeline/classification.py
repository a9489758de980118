"""The champion of the registry, always the present one: asked for at each inquiry, loaded when it changes."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from model.classifier import InquiryClassifier
from model.encoder import NONE, Encoder, Remembering, open_or_none
from model.errors import ModelError
from model.registry import Loaded, Registry

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_TRY_AGAIN_SECONDS = 60.0
_STOP_SECONDS = 5.0
_NEVER = object()


@dataclass(frozen=True)
class Serving:
    """The classifier that serves, with its encoder, and what serves less well than it should."""

    version: str
    classifier: InquiryClassifier
    degraded: tuple[str, ...] = ()
    passed_over: bool = False


@dataclass(frozen=True)
class _Found:
    """What to serve from now on, and after how many seconds to look again though the registry did not change."""

    serving: Serving | None
    again_after: float = math.inf


class _Kept:
    """One classifier in memory, in step with a pointer of the registry.

    Args:
        state: Answers something else whenever the pointer has changed.
        load: Loads what the pointer names.
        clock: Seconds.
    """

    def __init__(self, state: Callable[[], object], load: Callable[[], _Found], clock: Callable[[], float]) -> None:
        self.serving: Serving | None = None
        self._state, self._load, self._clock = state, load, clock
        self._lock = threading.Lock()
        self._seen: object = _NEVER
        self._again_at = math.inf

    def look(self) -> None:
        """Load if the pointer has changed; until that is done, what serves goes on serving."""
        with self._lock:
            state = self._state()
            if state != self._seen or self._clock() >= self._again_at:
                found = self._load()
                self.serving = found.serving
                self._seen, self._again_at = state, self._clock() + found.again_after


class Champion:
    """Keeps the serving classifier in memory, and that of the challenger once somebody asks for it.

    Watched, a promotion anywhere is served within five seconds, and no inquiry waits for the loading. Without
    a watcher it is served from the next inquiry on, which loads it.

    Args:
        registry: Where they come from.
        encoder_name: The semantic view's encoder; opened at first use, so after the process was forked.
        clock: Seconds.
    """

    def __init__(
        self, registry: Registry, encoder_name: str = NONE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._registry = registry
        self._encoder_name = encoder_name
        self._encoder: tuple[Encoder | None, str | None] | None = None
        self._champion = _Kept(registry.pointer_state, self._load_champion, clock)
        self._challenger = _Kept(registry.challenger_state, self._load_challenger, clock)
        self._challenger_wanted = False
        self._told: dict[str, str] = {}
        self._opening = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None

    def current(self) -> Serving | None:
        """The classifier to ask, or None when no version can be loaded."""
        if self._watcher is None:
            self._look(self._champion)
        return self._champion.serving

    def challenger(self) -> Serving | None:
        """The challenger, or None; watched, it is loaded soon after somebody has asked for the first time."""
        self._challenger_wanted = True
        if self._watcher is None:
            self._look(self._challenger)
        return self._challenger.serving

    def serving(self, version: str) -> Serving:
        """Any version of the registry, as it would serve.

        Raises:
            ModelError: It cannot be loaded.
        """
        return self._with_encoder(Loaded(version, self._registry.load(version)))

    @property
    def encoder(self) -> Encoder | None:
        """The semantic view's encoder, opened at first use; None where there is none."""
        return self._open()[0]

    def watch(self) -> None:
        """Look now, and then once a second in a thread of its own, until `stop`; called after the fork."""
        self._look(self._champion)
        self._stopping.clear()
        self._watcher = threading.Thread(target=self._watch, name="champion", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End the watcher, if there is one."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join(_STOP_SECONDS)  # it may be waiting for a remote place
            self._watcher = None

    def _watch(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            self._look(self._champion)
            if self._challenger_wanted:
                self._look(self._challenger)

    def _look(self, kept: _Kept) -> None:
        try:
            kept.look()
            self._tell("the registry cannot be read", "")
        except ModelError as error:
            self._tell("the registry cannot be read", str(error))
        except Exception as error:  # noqa: BLE001 - whatever broke, what serves goes on serving
            self._tell("looking for a promotion broke", f"{type(error).__name__}: {error}")

    def _load_champion(self) -> _Found:
        serving = self._champion.serving
        try:
            loaded = self._registry.load_champion()
        except ModelError as error:
            self._tell("no model can be loaded", str(error))
            return _Found(serving, _TRY_AGAIN_SECONDS if serving else 0.0)
        self._tell("no model can be loaded", "")
        self._tell("champion passed over", "; ".join(loaded.passed_over))
        serving = self._with_encoder(loaded)
        _log.info("champion serves", extra={"model": loaded.version, "pid": os.getpid()})
        # What could not be read may have been so for a moment only.
        return _Found(serving, _TRY_AGAIN_SECONDS if loaded.passed_over else math.inf)

    def _load_challenger(self) -> _Found:
        try:
            version = self._registry.challenger()
            loaded = Loaded(version, self._registry.load(version)) if version else None
        except ModelError as error:
            self._tell("the challenger cannot be loaded", str(error))
            return _Found(None, _TRY_AGAIN_SECONDS)
        self._tell("the challenger cannot be loaded", "")
        return _Found(self._with_encoder(loaded) if loaded else None)

    def _tell(self, what: str, reason: str) -> None:
        """Log it, once as long as it stays so."""
        if reason and self._told.get(what) != reason:
            _log.error(what, extra={"error": reason})
        self._told[what] = reason

    def _with_encoder(self, loaded: Loaded) -> Serving:
        encoder, reason = self._open()
        classifier = loaded.classifier.with_encoder(encoder)
        degraded = loaded.passed_over
        if missing := reason or classifier.lacks(encoder):
            degraded += (f"the lexical view serves alone: {missing}",)
            _log.warning("the lexical view serves alone", extra={"error": missing})
        return Serving(loaded.version, classifier, degraded, bool(loaded.passed_over))

    def _open(self) -> tuple[Encoder | None, str | None]:
        with self._opening:
            if self._encoder is None:
                encoder, reason = open_or_none(self._encoder_name)
                self._encoder = (Remembering(encoder) if encoder else None, reason)
            return self._encoder
