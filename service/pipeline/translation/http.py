"""Requests to providers that end: with timeouts, a size limit and an honest name."""

import logging
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError

from service.pipeline.decision import Untranslated
from service.pipeline.translation.provider import ProviderFailed

_CONNECT_SECONDS = 3.05  # just over a TCP retransmission, as the requests manual advises
_READ_SECONDS = 8.0
_ANSWER_SECONDS = 60.0  # no deadline is longer, and what drips must not hold its place for days
_ANSWER_MAX_BYTES = 1_000_000  # 20,000 characters of four bytes, ten times over
_USER_AGENT = "Mozilla/5.0 (compatible; Loket)"  # without one Google answers with error pages


class BoundedSession:
    """A pooled `requests` session whose every call is bounded. Stands where a module expects ``requests``.

    Args:
        concurrency: Connections kept.
        read_seconds: The longest silence.
        answer_seconds: The longest answer.
        raises: Whether a quota and a server's error are raised at once, for callers that would hide them.
    """

    def __init__(
        self,
        concurrency: int,
        read_seconds: float = _READ_SECONDS,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
        raises: bool = False,
    ) -> None:
        self._raises = raises
        self._answer_seconds = answer_seconds
        self._timeout = (_CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        self._session.headers["User-Agent"] = _USER_AGENT
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # no call knows of another
        # It warns of a broken answer with the whole address, in which Google's page and MyMemory get the text.
        logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
        adapter = HTTPAdapter(pool_connections=concurrency, pool_maxsize=concurrency)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(self, url: str, **arguments: Any) -> requests.Response:
        """A bounded GET."""
        return self._request("GET", url, **arguments)

    def post(self, url: str, **arguments: Any) -> requests.Response:
        """A bounded POST."""
        return self._request("POST", url, **arguments)

    def _request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        bounds = {"timeout": self._timeout, "stream": True, "allow_redirects": False}
        try:
            response = self._session.request(method, url, **(arguments | bounds))
            _read_bounded(response, self._answer_seconds)
        except requests.RequestException as error:
            raise ProviderFailed(
                Untranslated.TIMEOUT if _is_timeout(error) else Untranslated.UNREACHABLE
            ) from error
        if self._raises and (response.status_code == 429 or response.status_code >= 500):
            raise_for(response)
        return response


def _is_timeout(error: requests.RequestException) -> bool:
    """A time-out in the middle of the body comes as a ConnectionError around urllib3's own."""
    return isinstance(error, requests.Timeout) or isinstance(next(iter(error.args), None), ReadTimeoutError)


def raise_for(response: requests.Response) -> None:
    """Raise what an HTTP status says went wrong, if anything."""
    status = response.status_code
    if status == 429:
        raise ProviderFailed(Untranslated.QUOTA, _retry_after(response))
    if status == 413:
        raise ProviderFailed(Untranslated.TOO_LONG)
    if status >= 500:
        raise ProviderFailed(Untranslated.UNREACHABLE)
    if status != 200:
        raise ProviderFailed(Untranslated.REFUSED)


def json_of(response: requests.Response) -> Any:
    """The JSON of an answer; None when it is something else, such as a page."""
    try:
        return response.json()
    except ValueError:
        return None


def text_at(answer: Any, *path: str | int) -> str:
    """The text at a place of a JSON answer.

    Raises:
        ProviderFailed: BAD_ANSWER when there is none.
    """
    try:
        for step in path:
            answer = answer[step]
    except (KeyError, IndexError, TypeError):
        answer = None
    if not isinstance(answer, str) or not answer.strip():
        raise ProviderFailed(Untranslated.BAD_ANSWER)
    return answer


def _retry_after(response: requests.Response) -> float | None:
    """Seconds; the other form, a date, is rare and left to the usual pause."""
    said = response.headers.get("Retry-After", "")
    return min(float(said), 86_400.0) if said.isdecimal() else None


def _next_bytes(response: requests.Response) -> bytes:
    """What has come by now, without waiting for more; errors as `requests` tells them."""
    try:
        return bytes(response.raw.read1(65_536, decode_content=True))
    except urllib3.exceptions.TimeoutError as error:
        raise requests.Timeout(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from error


def _read_bounded(response: requests.Response, seconds: float) -> None:
    content = bytearray()
    ends_at = time.monotonic() + seconds
    while chunk := _next_bytes(response):
        content += chunk
        if len(content) > _ANSWER_MAX_BYTES:
            response.close()
            raise ProviderFailed(Untranslated.BAD_ANSWER)
        if time.monotonic() > ends_at:
            response.close()
            raise ProviderFailed(Untranslated.TIMEOUT)
    response._content = bytes(content)  # what Response.content would have read without a bound
