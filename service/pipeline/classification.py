"""The champion of the registry, always the present one: asked for at each inquiry, loaded when it changes."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from model.classifier import InquiryClassifier
from model.encoder import NONE, Encoder, Remembering, open_or_none
from model.errors import ModelError
from model.registry import Loaded, Registry

_log = logging.getLogger(__name__)
_TRY_AGAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Serving:
    """The classifier that serves, with its encoder, and what serves less well than it should."""

    version: str
    classifier: InquiryClassifier
    degraded: tuple[str, ...] = ()
    passed_over: bool = False


class Champion:
    """Keeps the serving classifier in memory; a promotion anywhere is served from the next inquiry on.

    Args:
        registry: Where it comes from.
        encoder_name: The semantic view's encoder; opened at first use, so after the process was forked.
        clock: Seconds.
    """

    def __init__(
        self, registry: Registry, encoder_name: str = NONE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._registry = registry
        self._encoder_name = encoder_name
        self._clock = clock
        self._loaded_at = 0.0
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._serving: Serving | None = None
        self._encoder: tuple[Encoder | None, str | None] | None = None

    def current(self) -> Serving | None:
        """The classifier to ask, or None when no version can be loaded."""
        with self._lock:
            state = self._registry.pointer_state()
            if self._serving is None or state != self._seen or self._is_to_be_tried_again():
                self._serving = self._load() or self._serving
                self._seen, self._loaded_at = state, self._clock()
            return self._serving

    def _is_to_be_tried_again(self) -> bool:
        """A champion that was passed over may have been unreadable for a moment only."""
        passed_over = self._serving is not None and self._serving.passed_over
        return passed_over and self._clock() - self._loaded_at >= _TRY_AGAIN_SECONDS

    def _load(self) -> Serving | None:
        try:
            loaded = self._registry.load_champion()
        except ModelError as error:
            _log.error("no model can be loaded", extra={"error": str(error)})
            return None
        for reason in loaded.passed_over:
            _log.error("champion passed over", extra={"error": reason})
        return self._with_encoder(loaded)

    def _with_encoder(self, loaded: Loaded) -> Serving:
        encoder, reason = self._open()
        classifier = loaded.classifier.with_encoder(encoder)
        degraded = loaded.passed_over
        if missing := reason or classifier.lacks(encoder):
            degraded += (f"the lexical view serves alone: {missing}",)
            _log.warning("the lexical view serves alone", extra={"error": missing})
        return Serving(loaded.version, classifier, degraded, bool(loaded.passed_over))

    def _open(self) -> tuple[Encoder | None, str | None]:
        if self._encoder is None:
            encoder, reason = open_or_none(self._encoder_name)
            self._encoder = (Remembering(encoder) if encoder else None, reason)
        return self._encoder
