"""kill -9, fifty times: what was acknowledged is there, nothing is half there, work goes on."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.files import jobs
from bearhug.git.compact import THRESHOLD
from bearhug.hub import Hub, Transaction
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import person
from tests.crash.judge import Judge, look_for_locks, packs_of
from tests.crash.server import Server
from tests.crash.writer import Writer

pytestmark = pytest.mark.crash

KILLS = 40
KILLS_OF_COMPACTION = 10
WRITERS = 2
"""To each of two repos."""


@pytest.fixture
def data(hub: Hub, settings: Settings) -> Path:
    """A data folder with its cast, which nobody has open: a server recovers it alone."""
    hub.db.close()
    return settings.data_dir


@pytest.fixture
def server(data: Path, tmp_path: Path) -> Iterator[Server]:
    with Server(data, tmp_path / "server.log") as server:
        yield server


@contextmanager
def opened(data: Path) -> Iterator[Hub]:
    """The same data folder, in this process."""
    hub = build_hub(Settings(data_dir=data))
    try:
        yield hub
    finally:
        hub.db.close()


def make(hub: Hub, name: str) -> Repo:
    def create(tx: Transaction) -> Repo:
        return repos.create(tx, RepoKind.MODEL, name)

    return hub.write_as(person(hub, "ada"), create)


def test_kills_during_commits_and_uploads_lose_nothing(
    data: Path, server: Server, tmp_path: Path
) -> None:
    chance = random.Random(50)
    with opened(data) as hub:
        judges = [_judge(hub, name, tmp_path) for name in ("busy", "busier")]
    writers = [writer for judge in judges for writer in judge.writers]
    with ThreadPoolExecutor(len(writers)) as threads:
        for _ in range(KILLS):
            _restart(data, server, judges)
            working = [threads.submit(writer.work) for writer in writers]
            time.sleep(chance.uniform(0.02, 0.3))
            server.kill()
            for work in working:
                work.result()
            look_for_locks(data)
    _restart(data, server, judges)
    with opened(data) as hub:
        for judge in judges:
            judge.look_back(hub)
    for writer in writers:
        writer.close()
    assert all(writer.interrupted == KILLS for writer in writers)
    assert any(len(writer.promised) > 5 for writer in writers)
    left = [*(data / "objects" / "scratch").iterdir()]
    assert len(left) <= KILLS * len(writers) + len(writers)


def test_kills_during_compaction_lose_nothing(data: Path, server: Server, tmp_path: Path) -> None:
    chance = random.Random(10)
    halfway = 0
    for number in range(KILLS_OF_COMPACTION):
        with opened(data) as hub:
            judge = _judge(hub, f"many-{number}", tmp_path)
        first = judge.writers[0]
        _restart(data, server, [judge])
        first.commit_big()  # so that what is rolled is too large for a row
        while len(first.landed) < THRESHOLD - 1:  # the repo's own first commit is a pack too
            first.commit_small()
        time.sleep(chance.uniform(0, 0.04))
        server.kill()
        look_for_locks(data)
        _restart(data, server, [judge])
        with opened(data) as hub:
            halfway += packs_of(hub, judge.repo) > THRESHOLD
            jobs.compact(hub, judge.repo.id)
            assert packs_of(hub, judge.repo) < THRESHOLD
            judge.look(hub)
            judge.look_back(hub)
        server.kill()
        for writer in judge.writers:
            writer.close()
    assert halfway


def _judge(hub: Hub, name: str, tmp_path: Path) -> Judge:
    repo = make(hub, name)
    writers = [Writer(f"{name}-{n}", repo) for n in range(WRITERS)]
    return Judge(repo, writers, tmp_path)


def _restart(data: Path, server: Server, judges: list[Judge]) -> None:
    """Look at everything, and see that the next commit succeeds."""
    url = server.start()
    for judge in judges:
        for writer in judge.writers:
            writer.connect(url)
    with opened(data) as hub:
        for judge in judges:
            judge.look(hub)
            for writer in judge.writers:
                if writer.upload is None:
                    writer.prepare_parts(hub)
    for judge in judges:
        judge.writers[0].commit_small()
