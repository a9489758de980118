"""What tests share: a store on each database found, a trained registry, an application, keys and builders."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from model import configuration
from model.configuration import Configuration
from model.registry import Registry
from service import access
from service.app import create_app
from service.assembly import Loket, assemble
from service.storage.migrate import upgrade
from service.storage.store import Store
from service.worker import Worker
from training.dataset import read_file, seed_files
from training.trainer import Trainer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NO_TRANSLATION = {"LOKET_TRANSLATION__PROVIDERS": "[]"}
WORDS_ONLY = {"LOKET_CLASSIFIER__ENCODER": "none"}  # opening the encoder takes a second of each test
CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
QUIET = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Benchmarks run when they are asked for."""
    if "benchmark" not in (config.option.markexpr or ""):
        skip = pytest.mark.skip(reason="a benchmark: make bench")
        for item in items:
            if item.get_closest_marker("benchmark"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def needs() -> Callable[[bool, str], None]:
    """Skip without what a test needs; in CI, where all of it is installed, fail instead."""

    def check(found: bool, what: str) -> None:
        if not found and os.environ.get("TEST_NO_SKIP"):
            pytest.fail(f"{what} is missing, and nothing may be skipped here")
        if not found:
            pytest.skip(f"{what} is not installed")

    return check


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    """Wait for what another process does; fails when it does not come."""

    def wait(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
        ends_at = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < ends_at, f"not so after {seconds} seconds"
            threading.Event().wait(0.05)

    return wait


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose registry has the default model as its champion. Copied, never written to."""
    folder = tmp_path_factory.mktemp("trained")
    found = configuration.read({"LOKET_DATA_DIR": str(folder)})
    datasets = [read_file(path) for path in seed_files()]
    version = Trainer.configured(found).train(datasets, name="default", at=NOW)
    found.registry().promote(version, found.values["categories"])
    return folder


@pytest.fixture
def data_dir(trained: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the default model."""
    return Path(shutil.copytree(trained, tmp_path / "data"))


@pytest.fixture
def configure(data_dir: Path, database_url: str) -> Callable[..., Configuration]:
    """Make a configuration from variables; no translation unless a test asks for it."""

    def make(**variables: Any) -> Configuration:
        ours = {"LOKET_DATA_DIR": str(data_dir), "LOKET_DATABASE__URL": database_url}
        return configuration.read(ours | NO_TRANSLATION | WORDS_ONLY | variables)

    return make


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, wait_until: Callable[..., None]) -> Iterator[str]:
    """A PostgreSQL of this run's own, on a socket in a folder of its own; no TCP port is opened."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        yield ""
        return
    folder = tmp_path_factory.mktemp("postgres", numbered=True)
    as_owner = _as_postgres(folder)
    run = [*as_owner, str(programs[-1] / "initdb"), "-D", str(folder / "db"), "-A", "trust", "-U", "loket", "-N"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    options = ["-c", "listen_addresses=", "-k", str(folder), "-c", "fsync=off"]
    server = subprocess.Popen(
        [*as_owner, str(programs[-1] / "postgres"), "-D", str(folder / "db"), *options],
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql+psycopg://loket@/{{database}}?host={folder}"
    wait_until(lambda: _is_ready(url.format(database="postgres")))
    yield url
    server.terminate()
    server.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, needs: Callable[[bool, str], None]) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'loket.sqlite3'}"
    server: str = request.getfixturevalue("postgres_server")
    needs(bool(server), "PostgreSQL")
    name = "t" + os.urandom(8).hex()
    engine = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.format(database=name)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store with this release's tables."""
    opened = Store.at(database_url)
    upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def loket(configure: Callable[..., Configuration], store: Store) -> Iterator[Loket]:
    """All parts of a process, on the store's database, without a translator."""
    parts = assemble(configure())
    yield parts
    parts.store.close()


@pytest.fixture
def app(loket: Loket) -> Flask:
    return create_app(loket)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def key(store: Store) -> Callable[..., dict[str, str]]:
    """Make a key; answers the header that carries it."""

    def make(*scopes: str, desks: list[str] | None = None, name: str = "") -> dict[str, str]:
        called = name or f"key-{os.urandom(4).hex()}"
        secret = access.create_key(store.people, NOW, called, list(scopes), desks or [])
        return {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def decide_all(loket: Loket) -> Callable[[], None]:
    """Do what a background worker does, until nothing waits."""

    def run() -> None:
        worker = Worker(loket)
        while claimed := loket.store.inquiries.claim(datetime.now(UTC), 10, 60):
            for one in claimed:
                worker.decide(one)

    return run


@pytest.fixture
def working(loket: Loket) -> Iterator[Worker]:
    """A worker at work in a thread; stopped with the test."""
    worker = Worker(loket)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.stop()
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def trained_registry(trained: Path) -> Registry:
    """The registry of the default model, to read from."""
    return configuration.read({"LOKET_DATA_DIR": str(trained)}).registry()


@pytest.fixture(scope="session")
def browser(needs: Callable[[bool, str], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium as Debian ships it; a Belgian's, who reads Dutch."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService  # most of a second that few tests need

    needs(CHROMIUM.exists() and CHROMEDRIVER.exists(), "Chromium with its driver")
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    options.add_experimental_option("prefs", {"intl.accept_languages": "nl-BE,nl"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    driver = Chrome(options=options, service=ChromeService(executable_path=str(CHROMEDRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def violations() -> Callable[[Any], list[str]]:
    """What axe-core finds on the open page that shuts somebody out, serious and critical: rule and place."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    run = """const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: ["violations"]}).then(
            found => done(found.violations.filter(one => ["serious", "critical"].includes(one.impact))
                .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 120)}`))),
            error => done([`axe-core failed: ${error}`]))"""

    def find(browser: Any) -> list[str]:
        browser.execute_script(script)
        found: list[str] = browser.execute_async_script(run)
        return found

    return find


@pytest.fixture
def looks(browser: Any) -> Iterator[Callable[..., None]]:
    """Let the browser be a telephone or a desk's screen, light or dark; afterwards it is what it was."""

    def be(width: int = 1280, scheme: str = "light") -> None:
        screen = {"width": width, "height": 860, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        feature = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": feature})

    yield be
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def _as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: Debian's package made a user for it."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    for parent in folder.parents:
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(parent.stat().st_mode | 0o011)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _is_ready(url: str) -> bool:
    engine = create_engine(url, connect_args={"connect_timeout": 2})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()
