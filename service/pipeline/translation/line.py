"""The line to one provider: what keeps it from doing harm, and its calls from failing without need."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.breaker import Breaker
from service.pipeline.translation.deadline import Deadline
from service.pipeline.translation.pieces import translate_pieces
from service.pipeline.translation.provider import Provider, ProviderFailed
from service.pipeline.translation.rate import RateLimit

_PATIENCE_SECONDS = 1.0  # for a place within the rate
_FIRST_PAUSE_SECONDS = 0.2  # between attempts, doubled each time; how much of it is waited is left to chance


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a provider may cost.

    Args:
        concurrency: Calls under way at once, per process.
        per_second: Calls a second, per process; None for no limit.
        attempts: How often a call is made that may pass a moment later.
        breaker_failures: Failures in a row after which the provider is left alone.
        breaker_pause_seconds: And for how long.
    """

    concurrency: int = 8
    per_second: float | None = None
    attempts: int = 2
    breaker_failures: int = 3
    breaker_pause_seconds: float = 60.0


class Line:
    """A provider with its breaker, rate limit, places and retries.

    Args:
        provider: Whom to ask.
        bounds: What it may cost.
        clock: Monotonic seconds.
        sleep: Waits.
    """

    def __init__(
        self,
        provider: Provider,
        bounds: Bounds,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.provider = provider
        self.breaker = Breaker(bounds.breaker_failures, bounds.breaker_pause_seconds, clock)
        self._attempts = bounds.attempts
        self._rate = RateLimit(bounds.per_second, clock)
        self._deadline = Deadline(bounds.concurrency)
        self._clock = clock
        self._sleep = sleep

    def translate(
        self, text: str, source: LanguageCode | None, seconds: float, check: Callable[[str], str] = str
    ) -> str:
        """The English text, within a time.

        Args:
            text: Masked.
            source: None leaves it to the provider to find out.
            seconds: For all attempts.
            check: Answers a usable translation, or raises ProviderFailed.

        Raises:
            ProviderFailed: With the reason; ``sent`` says whether the provider got any of the text.
        """
        ends_at = self._clock() + seconds
        told: ProviderFailed | None = None
        for attempt in range(1, self._attempts + 1):
            try:
                return self._attempt(text, source, ends_at, check)
            except ProviderFailed as failure:
                told = failure if told is None or failure.sent else told
                pause = random.uniform(0.0, _FIRST_PAUSE_SECONDS * 2**attempt)  # noqa: S311 - no secret
                if not failure.may_pass or self._clock() + pause >= ends_at or attempt == self._attempts:
                    raise told from failure
            self._sleep(pause)
        raise AssertionError("attempts is at least 1")

    def _attempt(self, text: str, source: LanguageCode | None, ends_at: float, check: Callable[[str], str]) -> str:
        if not self.breaker.allows():
            raise ProviderFailed(Untranslated.PAUSED)
        try:
            answer = check(self._deadline.run(lambda: self._whole(text, source, ends_at), ends_at - self._clock()))
        except ProviderFailed as failure:
            self._blame(failure)
            raise
        self.breaker.succeeded()
        return answer.encode("utf-8", "replace").decode().replace("\0", "")  # what every store can hold

    def _whole(self, text: str, source: LanguageCode | None, ends_at: float) -> str:
        asked = 0

        def one(piece: str) -> str:
            nonlocal asked
            asked += 1
            try:
                self._wait_for_a_place(ends_at)
                return self.provider.translate(piece, source)
            except ProviderFailed as failure:
                failure.sent = failure.sent or asked > 1
                raise

        return translate_pieces(text, self.provider.limits, one)

    def _wait_for_a_place(self, ends_at: float) -> None:
        if self._clock() >= ends_at:  # whoever asked has gone on: an abandoned text must not go on being sent
            raise ProviderFailed(Untranslated.TIMEOUT, sent=False)
        wait = self._rate.take(min(_PATIENCE_SECONDS, ends_at - self._clock()))
        if wait is None:
            raise ProviderFailed(Untranslated.RATE_LIMITED)
        if wait:
            self._sleep(wait)

    def _blame(self, failure: ProviderFailed) -> None:
        if failure.is_quota:
            self.breaker.open(failure.retry_after)
        elif failure.is_providers_fault:
            self.breaker.failed()
        else:
            self.breaker.give_back()
