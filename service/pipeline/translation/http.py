"""Requests to providers that end: with timeouts, a size limit and an honest name."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError

from service.pipeline.decision import Untranslated
from service.pipeline.translation.provider import ProviderFailed

_CONNECT_SECONDS = 3.05  # just over a TCP retransmission, as the requests manual advises
_READ_SECONDS = 8.0
_ANSWER_MAX_BYTES = 1_000_000  # 20,000 characters of four bytes, ten times over
_USER_AGENT = "Mozilla/5.0 (compatible; Loket)"  # without one Google answers with error pages


class BoundedSession:
    """A pooled `requests` session whose every call is bounded. Stands where a module expects ``requests``."""

    def __init__(self, concurrency: int, read_seconds: float = _READ_SECONDS) -> None:
        self._timeout = (_CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        self._session.headers["User-Agent"] = _USER_AGENT
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
            _read_bounded(response)
        except requests.RequestException as error:
            raise ProviderFailed(
                Untranslated.TIMEOUT if _is_timeout(error) else Untranslated.UNREACHABLE
            ) from error
        return response


def _is_timeout(error: requests.RequestException) -> bool:
    """A time-out in the middle of the body comes as a ConnectionError around urllib3's own."""
    return isinstance(error, requests.Timeout) or isinstance(next(iter(error.args), None), ReadTimeoutError)


def failure_of(status: int) -> Untranslated | None:
    """What an HTTP status says went wrong, if anything."""
    if status == 429:
        return Untranslated.QUOTA
    if status >= 500:
        return Untranslated.UNREACHABLE
    return None if status == 200 else Untranslated.REFUSED


def _read_bounded(response: requests.Response) -> None:
    content = bytearray()
    for chunk in response.iter_content(65_536):
        content += chunk
        if len(content) > _ANSWER_MAX_BYTES:
            response.close()
            raise ProviderFailed(Untranslated.BAD_ANSWER)
    response._content = bytes(content)  # what Response.content would have read without a bound
