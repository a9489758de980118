"""The registry in a bucket, by the protocol of S3 against a real server on this machine."""

import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec

import pytest

from model.classifier import InquiryClassifier
from model.errors import ModelError
from model.places import Remote
from model.registry import Registry

KEY = b"k" * 32
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROUTED = ["account_access", "order_status"]
TEXTS = ["where is my parcel", "parcel is late", "forgot my password", "password reset"]


@pytest.fixture(scope="module")
def server(needs, wait_until):
    """The address of moto's server."""
    needs(find_spec("moto") is not None and find_spec("s3fs") is not None, "moto[server] and s3fs")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: listens(port))
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def aws(server, monkeypatch):
    """What tells the driver where the server is and who asks."""
    known = {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in known.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def url(aws, tmp_path):
    """A bucket of one's own."""
    from s3fs import S3FileSystem

    bucket = tmp_path.name.replace("_", "-").lower()[-60:].strip("-")
    S3FileSystem(skip_instance_cache=True).mkdir(bucket)
    return f"s3://{bucket}/loket"


@pytest.fixture
def place(url):
    return Remote(url)


@pytest.fixture
def registry(place):
    return Registry(place, KEY)


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(TEXTS, ["order_status"] * 2 + ["account_access"] * 2)


@pytest.fixture
def add(classifier):
    def add_one(registry, hours=0):
        at = MONDAY + timedelta(hours=hours)
        return registry.add(classifier, name="s", data=[], metrics={}, card=lambda _: "# Card", at=at)

    return add_one


def test_what_one_machine_promotes_another_one_serves(url, registry, add):
    elsewhere = Registry(Remote(url), KEY)
    versions = [add(registry, hours) for hours in (0, 1)]
    served, states = [], []
    for change in (
        lambda: registry.promote(versions[0], ROUTED),
        lambda: registry.promote(versions[1], ROUTED),
        registry.rollback,
    ):
        change()
        served.append(elsewhere.load_champion().version)
        states.append(Remote(url).state("champion.json"))

    assert [one.version for one in elsewhere.versions()] == versions[::-1]
    assert served == [versions[0], versions[1], versions[0]]
    assert len(set(states)) == 3
    assert elsewhere.load(versions[1]).predict(["my parcel"]).tolist() == ["order_status"]


def test_challenger_snapshot_and_report_are_seen_elsewhere(url, registry, add):
    version = add(registry)
    registry.set_challenger(version)
    sha256 = registry.add_snapshot(b"rows")
    registry.add_report(version, "gate.json", b"{}")
    elsewhere = Registry(Remote(url), KEY)

    assert (elsewhere.challenger(), elsewhere.snapshot(sha256)) == (version, b"rows")
    assert (elsewhere.report(version, "gate.json"), elsewhere.report(version, "other.json")) == (b"{}", None)


def test_a_version_of_another_key_is_neither_listed_nor_loaded(place, registry, add):
    foreign = add(Registry(place, b"o" * 32))

    assert registry.versions() == []
    with pytest.raises(ModelError, match="was not signed with this registry's key"):
        registry.load(foreign)


def test_killed_before_any_object_the_version_is_not_there_and_the_champion_stays(url, registry, add):
    first = add(registry, 0)
    registry.promote(first, ROUTED)

    for number in range(5):  # four objects of the version, then the pointer
        assert killed_before(number, url, add)
        assert registry.load_champion().version == first
        assert len(registry.versions()) == (1 if number < 4 else 2)

    assert not killed_before(5, url, add)
    assert registry.load_champion().version == registry.versions()[0].version != first


def killed_before(number, url, add):
    """Add and promote in a child process that is killed before its nth object; answers whether it was."""
    child = os.fork()
    if child == 0:
        try:
            registry = Registry(Dying(url, number), KEY)
            registry.promote(add(registry, 1 + number), ROUTED)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


class Dying(Remote):
    """Writes so many objects."""

    def __init__(self, url, objects):
        super().__init__(url)
        self._left = objects

    def write(self, name, content):
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1
        super().write(name, content)


def test_a_bucket_that_is_not_there_is_one_line(aws, add):
    registry = Registry(Remote("s3://no-such-bucket/loket"), KEY)

    assert registry.champion() is None
    with pytest.raises(ModelError, match=r"cannot be stored: The specified bucket does not exist$"):
        add(registry)


def test_a_server_that_does_not_answer_is_one_line(aws, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)

    with pytest.raises(ModelError, match=f"^s3://bucket/loket: champion.json: .*{address}") as error:
        Registry(Remote("s3://bucket/loket"), KEY).champion()
    assert "\n" not in str(error.value)


def test_refused_credentials_are_one_line(aws, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(ModelError, match=r"^s3://bucket/loket: champion\.json: Unable to locate credentials$"):
        Registry(Remote("s3://bucket/loket"), KEY).champion()
