"""Files that came whole: had at once, in chunks soon after, and an hour later kept once."""

import hashlib
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from bearhug.app import JOBS, build_hub
from bearhug.cas.service import converting
from bearhug.cas.service.converting import HERE_BYTES, Damaged
from bearhug.config import Settings
from bearhug.db import statement
from bearhug.db.schema import jobs
from bearhug.files.service import objects as lfs
from bearhug.files.store import forms
from bearhug.hub import Hub
from bearhug.kit.xet.hashes import text
from bearhug.repos.model import Repo
from bearhug.storage import lfs_key
from bearhug.worker import Lanes, Worker
from bearhug.xet.apart import Failed
from tests.cas.sending import pack, repo_of, send
from tests.conftest import introduce
from tests.seaweed import S3Server

DATA = random.Random(21).randbytes(900_000)
LARGE = random.Random(23).randbytes(HERE_BYTES + 1_000_000)

TAKEN = statement(select(func.max(jobs.c.attempts)).where(jobs.c.name == "cas.convert"))


@dataclass
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now

    def wait(self, hours: float) -> None:
        self.now += int(hours * 3_600_000) + 1


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
def timed(any_hub: Hub, clock: Clock) -> Hub:
    return replace(any_hub, clock=clock)


def bring(hub: Hub, repo: Repo, data: bytes) -> str:
    """As git-lfs and browsers do: whole."""
    path = hub.objects.scratch / "coming"
    path.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    lfs.claim(hub, repo, path, sha256, len(data))
    return sha256


def work(hub: Hub) -> None:
    worker = Worker(hub, JOBS)
    while worker.step():
        pass


def form(hub: Hub, repo: Repo, sha256: str) -> tuple[bool, str]:
    kept = hub.read(lambda tx: forms(tx.db, repo.id, [sha256]))[sha256]
    assert hub.objects.get(kept.key)
    return kept.raw, kept.xet


def whole(hub: Hub, sha256: str) -> bool:
    return hub.objects.path(lfs_key(sha256)) is not None


def test_a_file_goes_into_chunks_and_then_is_not_kept_twice(timed: Hub, clock: Clock) -> None:
    repo = repo_of(timed, "big")
    sha256 = bring(timed, repo, DATA)
    assert form(timed, repo, sha256) == (True, "")
    work(timed)
    assert form(timed, repo, sha256) == (True, text(pack(DATA).hash)), "as hf_xet would hash it"
    assert whole(timed, sha256), "somebody may be reading it"
    clock.wait(hours=1)
    work(timed)
    assert form(timed, repo, sha256) == (False, text(pack(DATA).hash))
    assert not whole(timed, sha256)
    assert timed.objects.get(lfs_key(sha256)) == DATA, "by its old name too"


def test_what_came_by_xet_and_by_lfs_is_stored_once(timed: Hub, clock: Clock) -> None:
    repo, other = repo_of(timed, "big"), repo_of(timed, "other")
    packed = pack(DATA)
    send(timed, repo, packed)
    before = sum(size for _, size in stored(timed))
    assert bring(timed, other, DATA) == packed.sha256
    assert not whole(timed, packed.sha256), "it was needed as a proof only"
    assert form(timed, other, packed.sha256) == (False, text(packed.hash))
    assert sum(size for _, size in stored(timed)) == before


def test_what_came_by_lfs_and_then_by_xet_is_stored_once(timed: Hub, clock: Clock) -> None:
    repo, other = repo_of(timed, "big"), repo_of(timed, "other")
    sha256 = bring(timed, other, DATA)
    send(timed, repo, pack(DATA))
    clock.wait(hours=1)
    work(timed)
    work(timed)
    assert not whole(timed, sha256)
    assert len([key for key, _ in stored(timed) if key.startswith("xorbs")]) == 1


def stored(hub: Hub) -> list[tuple[str, int]]:
    root = hub.settings.data_dir / "objects"
    return [
        (str(path.relative_to(root)), path.stat().st_size)
        for path in root.rglob("*")
        if path.is_file() and "scratch" not in path.parts
    ]


def test_small_files_share_a_xorb(timed: Hub) -> None:
    repo = repo_of(timed, "many")
    chosen = random.Random(22)
    files = [chosen.randbytes(chosen.randrange(0, 30_000)) for _ in range(40)] + [b""]
    hashes = [bring(timed, repo, data) for data in files]
    work(timed)
    assert [text(pack(data).hash) if data else "0" * 64 for data in files] == [
        form_of(timed, repo, sha256) for sha256 in hashes
    ]
    assert len([key for key, _ in stored(timed) if key.startswith("xorbs")]) == 1
    for data, sha256 in zip(files, hashes, strict=True):
        xet = form_of(timed, repo, sha256)
        assert timed.objects.get(f"xet/{xet}") == data


def form_of(hub: Hub, repo: Repo, sha256: str) -> str:
    return hub.read(lambda tx: forms(tx.db, repo.id, [sha256]))[sha256].xet


def test_a_killed_conversion_begins_again(timed: Hub) -> None:
    repo = repo_of(timed, "big")
    sha256 = bring(timed, repo, DATA)
    converting.convert(timed, sha256)
    before = stored(timed)
    converting.convert(timed, sha256)
    work(timed)
    assert stored(timed) == before


def test_a_file_given_up_meanwhile_harms_nobody(timed: Hub) -> None:
    repo = repo_of(timed, "big")
    gone, kept = bring(timed, repo, DATA), bring(timed, repo, DATA[:1000])
    timed.objects.delete(lfs_key(gone))
    converting.convert(timed, gone)
    assert form_of(timed, repo, kept)
    converting.drop_whole(timed, gone)
    assert form(timed, repo, kept)[0]


def test_a_damaged_file_is_told_of_and_left(timed: Hub) -> None:
    repo = repo_of(timed, "big")
    bad, good = bring(timed, repo, DATA), bring(timed, repo, DATA[:1000])
    path = timed.objects.path(lfs_key(bad))
    assert path is not None
    path.write_bytes(b"x" + DATA[1:])
    with pytest.raises(Damaged, match=bad):
        converting.convert(timed, bad)
    assert form_of(timed, repo, good), "the others go on"
    assert form(timed, repo, bad) == (True, "")


def test_an_operator_may_keep_whole_files(timed: Hub, clock: Clock) -> None:
    keeping = replace(timed, settings=timed.settings.model_copy(update={"keep_whole": True}))
    repo = repo_of(keeping, "big")
    sha256 = bring(keeping, repo, DATA)
    work(keeping)
    clock.wait(hours=2)
    work(keeping)
    assert form(keeping, repo, sha256)[0]
    assert whole(keeping, sha256)
    timed.write(converting.schedule)
    work(timed)
    clock.wait(hours=1)
    work(timed)
    assert not whole(keeping, sha256), "the setting is another now"


def test_what_was_left_over_is_converted_at_the_next_start(timed: Hub) -> None:
    repo = repo_of(timed, "big")
    sha256 = bring(timed, repo, DATA)
    forget_jobs = Worker(timed, {**JOBS, "cas.convert": lambda hub, sha256: None})
    while forget_jobs.step():
        pass
    assert form(timed, repo, sha256) == (True, "")
    timed.write(converting.schedule)
    timed.write(converting.schedule)
    work(timed)
    assert form(timed, repo, sha256)[1]


def test_a_large_file_is_cut_in_another_process(timed: Hub, clock: Clock) -> None:
    repo = repo_of(timed, "big")
    sha256 = bring(timed, repo, LARGE)
    work(timed)
    raw, xet = form(timed, repo, sha256)
    assert (raw, xet) == (True, text(pack(LARGE).hash))
    clock.wait(hours=1)
    work(timed)
    assert timed.objects.get(f"xet/{xet}") == LARGE
    assert not whole(timed, sha256)


def taken(hub: Hub) -> bool:
    return bool(hub.db.read(lambda db: db.value(TAKEN)))


def test_a_hub_that_stops_does_not_wait_for_it(hub: Hub) -> None:
    repo = repo_of(hub, "big")
    sha256 = bring(hub, repo, LARGE)
    lanes = Lanes(hub, JOBS, ("cas.convert",))
    lanes.start()
    begun = time.monotonic()
    while not taken(hub) and time.monotonic() < begun + 60:
        time.sleep(0.01)
    lanes.end()
    hub.rooms["cas"].ending.set()
    lanes.join()
    assert not form_of(hub, repo, sha256)
    assert not taken(hub), "it counts as no try"
    hub.rooms["cas"].ending.clear()
    work(hub)
    assert form_of(hub, repo, sha256), "the next start does it"


def test_a_process_that_fails_says_why(timed: Hub) -> None:
    repo = repo_of(timed, "big")
    sha256 = bring(timed, repo, LARGE)
    settings = timed.settings.model_copy(update={"objects_url": "ftp://nowhere"})
    with pytest.raises(Failed, match="ftp://nowhere"):
        converting.convert(replace(timed, settings=settings), sha256)
    assert form(timed, repo, sha256) == (True, "")


def test_in_a_cloud_too(s3_server: S3Server, tmp_path: Path) -> None:
    cloud = s3_server.credentials
    hub = build_hub(
        Settings(
            data_dir=tmp_path / "data",
            objects_url=f"{s3_server.url}/converting",
            s3_endpoint=cloud.endpoint,
            s3_access_key=cloud.access_key,
            s3_secret_key=SecretStr(cloud.secret_key),
        )
    )
    hub.write(introduce)
    repo = repo_of(hub, "big")
    for data in (DATA, LARGE):
        sha256 = bring(hub, repo, data)
        converting.convert(hub, sha256)
        converting.drop_whole(hub, sha256)
        assert form(hub, repo, sha256) == (False, text(pack(data).hash))
        key = f"xet/{text(pack(data).hash)}"
        assert b"".join(hub.objects.read(key, 500_000, 500_100)) == data[500_000:500_100]
        assert [key for key, _ in hub.objects.walk("lfs")] == []
    hub.db.close()
