"""The cast: ada owns things, grace is in ada's organisation, linus is a stranger.

Each test has a hub of its own in a temporary folder. `server` puts it on a real port for
clients that are not ours; `client` asks it in process.
"""

import hashlib
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from bearhug.app import Application, build_hub
from bearhug.config import Settings
from bearhug.db import Connection, adding
from bearhug.db.open import open_database
from bearhug.db.schema import accounts, members, tokens
from bearhug.hub import Actor, Hub, Transaction
from bearhug.identity.service import speak_for
from bearhug.web.server import configure
from tests.seaweed import s3_server

__all__ = ["s3_server"]

CAST = ("ada", "grace", "linus")
ORG = "bears"

_ACCOUNT = adding(
    accounts,
    "kind",
    "name",
    "name_key",
    "email",
    "email_key",
    "created_at",
    returning=[accounts.c.id],
)
_TOKEN = adding(tokens, "sha256", "user_id", "name", "role", "ending", "created_at")
_MEMBER = adding(members, "org_id", "user_id", "role", "created_at")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: whoever waits learns sooner."""
    slow = ("browser", "client", "model", "crash")
    items.sort(key=lambda item: any(item.get_closest_marker(name) for name in slow))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own on a Unix socket; Debian's, started for these tests."""
    with own_postgres(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture
def fresh_postgres(postgres_url: str) -> str:
    """The address of an empty PostgreSQL database."""
    return fresh_database(postgres_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of each kind: "" for SQLite in the data folder."""
    if request.param == "sqlite":
        yield ""
        return
    yield request.getfixturevalue("fresh_postgres")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub with its cast, on SQLite and disk. Override `settings` for another."""
    hub = build_hub(settings)
    hub.write(introduce)
    yield hub
    hub.db.close()


@pytest.fixture
def any_hub(tmp_path: Path, database_url: str) -> Iterator[Hub]:
    """A hub with its cast, once on SQLite and once on PostgreSQL."""
    hub = build_hub(Settings(data_dir=tmp_path / "data", database_url=database_url))
    hub.write(introduce)
    yield hub
    hub.db.close()


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[object]:
    """A migrated, empty database of each kind, without a hub."""
    database = open_database(database_url, tmp_path, 2)
    yield database
    database.close()


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    with TestClient(Application(hub), base_url="http://hub.test") as client:
        yield client


@dataclass(frozen=True)
class Server:
    url: str
    hub: Hub

    def token(self, name: str) -> str:
        return f"hf_{name}"


@pytest.fixture
def server(hub: Hub) -> Iterator[Server]:
    """The hub on a real port, served as it is in earnest."""
    with serving(hub) as running:
        yield running


class serving:  # noqa: N801 - reads as a verb
    """The hub on a real port for as long as the block lasts."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.running = uvicorn.Server(configure(Application(hub), log_level="warning"))
        self.thread = threading.Thread(target=self.running.run, args=([self.listener],))

    def __enter__(self) -> Server:
        self.thread.start()
        return Server(self.url, self.hub)

    def __exit__(self, *_: object) -> None:
        self.running.should_exit = True
        self.thread.join()


@pytest.fixture
def as_ada() -> dict[str, str]:
    return {"Authorization": "Bearer hf_ada"}


@pytest.fixture
def as_grace() -> dict[str, str]:
    return {"Authorization": "Bearer hf_grace"}


@pytest.fixture
def as_linus() -> dict[str, str]:
    return {"Authorization": "Bearer hf_linus"}


@pytest.fixture
def actor(hub: Hub) -> Callable[[str], Actor]:
    """`actor("ada")`: she, with all she may do."""
    return lambda name: person(hub, name)


def person(hub: Hub, name: str) -> Actor:
    ids = {known: number for number, known in enumerate(CAST, start=1)}
    return hub.read(speak_for, ids[name])


@pytest.fixture
def client_home(tmp_path: Path) -> dict[str, str]:
    """An environment of their own for clients: nothing cached, nothing shared, no Xet yet."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "HF_HOME": str(tmp_path / "hf"),
        "HF_XET_CACHE": str(tmp_path / "xet"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def introduce(tx: Transaction) -> None:
    """The cast, with a write token each (hf_ada …), and the organisation bears."""
    for name in CAST:
        user_id = _add_account(tx.db, "user", name, tx.now)
        secret = f"hf_{name}"
        sha256 = hashlib.sha256(secret.encode()).hexdigest()
        values = {"name": "test", "role": "write", "ending": secret[-4:], "created_at": tx.now}
        tx.db.run(_TOKEN, sha256=sha256, user_id=user_id, **values)
    org_id = _add_account(tx.db, "org", ORG, tx.now)
    for user_id, role in ((1, "admin"), (2, "read")):
        tx.db.run(_MEMBER, org_id=org_id, user_id=user_id, role=role, created_at=tx.now)


def _add_account(db: Connection, kind: str, name: str, at: int) -> int:
    email = f"{name}@{ORG}.example" if kind == "user" else None
    row = db.one(
        _ACCOUNT, kind=kind, name=name, name_key=name, email=email, email_key=email, created_at=at
    )
    return int(row.id)


_numbers = itertools.count(1)


def fresh_database(server: str) -> str:
    """A new, empty database on this server."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    return server.replace("/postgres?", f"/{name}?")


class own_postgres:  # noqa: N801 - reads as a noun of the block
    """A PostgreSQL server for the block, in `folder`, reached by its Unix socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        assert binaries, "PostgreSQL is not installed: apt-get install postgresql"
        self.bin = binaries[-1]
        # It refuses to run as root, and its socket's path must be short.
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self.socket = Path(tempfile.gettempdir(), f"bearhug-pg-{os.getpid()}")

    def __enter__(self) -> str:
        self.socket.mkdir(exist_ok=True)
        if self.as_user:
            shutil.chown(self.socket, "postgres")
        data = self.socket / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        options = f"-k {self.socket} -c listen_addresses= -c fsync=off -c max_connections=300"
        self._run("pg_ctl", "-D", data, "-w", "-l", self.socket / "log", "-o", options, "start")
        return f"postgresql://postgres@/postgres?host={self.socket}"

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", self.socket / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.socket, ignore_errors=True)

    def _run(self, program: str, *args: object) -> None:
        command = [*self.as_user, str(self.bin / program), *map(str, args)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
