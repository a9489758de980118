"""The champion of the registry, always the present one: asked for at each inquiry, loaded when it changes."""

import logging
import threading
import time
from collections.abc import Callable

from model.errors import ModelError
from model.registry import Loaded, Registry

_log = logging.getLogger(__name__)
_TRY_AGAIN_SECONDS = 60.0


class Champion:
    """Keeps the serving classifier in memory; a promotion anywhere is served from the next inquiry on."""

    def __init__(self, registry: Registry, clock: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self._clock = clock
        self._loaded_at = 0.0
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._loaded: Loaded | None = None

    def current(self) -> Loaded | None:
        """The classifier to ask, or None when no version can be loaded."""
        with self._lock:
            state = self._registry.pointer_state()
            if self._loaded is None or state != self._seen or self._is_to_be_tried_again():
                self._loaded = self._load() or self._loaded
                self._seen, self._loaded_at = state, self._clock()
            return self._loaded

    def _is_to_be_tried_again(self) -> bool:
        """A champion that was passed over may have been unreadable for a moment only."""
        passed_over = self._loaded is not None and self._loaded.passed_over
        return bool(passed_over) and self._clock() - self._loaded_at >= _TRY_AGAIN_SECONDS

    def _load(self) -> Loaded | None:
        try:
            loaded = self._registry.load_champion()
        except ModelError as error:
            _log.error("no model can be loaded", extra={"error": str(error)})
            return None
        for reason in loaded.passed_over:
            _log.error("champion passed over", extra={"error": reason})
        return loaded
