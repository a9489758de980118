"""A Dask cluster for joblib's work: `loket train --search --dask tcp://scheduler:8786`.

What is learned from goes to the cluster's workers, texts and all. Each needs the same Loket installed.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from joblib import parallel_config

from model.errors import ModelError

_CONNECT_SECONDS = 10
_DASKS = ("distributed", "asyncio", "concurrent")  # where the errors of a cluster come from


class ClusterUnavailable(ModelError):
    """The Dask cluster cannot be reached, has no worker, or broke down."""


@contextmanager
def dask_cluster(url: str) -> Iterator[None]:
    """Within it, joblib's work is done by the workers of the scheduler at this address, and nowhere else.

    Raises:
        ClusterUnavailable: distributed is not installed, there is no scheduler, it has no worker, or the
            cluster broke down in the middle.
    """
    with _client(url) as client:
        if not client.ncores():
            raise ClusterUnavailable(f"{url}: the scheduler has no worker")
        try:
            with parallel_config(backend="dask"):
                yield
        except Exception as error:
            if type(error).__module__.partition(".")[0] in _DASKS or isinstance(error, ImportError):
                raise ClusterUnavailable(f"{url}: the cluster failed: {_first_line(error)}") from error
            raise


def _client(url: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterUnavailable("--dask needs the package distributed") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a worker's other patch release of a library is no news here
            return Client(url, timeout=_CONNECT_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise ClusterUnavailable(f"{url}: no Dask scheduler answers: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return f"{error} ".splitlines()[0].strip() or type(error).__name__
