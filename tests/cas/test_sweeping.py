"""What goes, when, and what never does: the collector against a clock and against clients."""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bearhug.admin.store import waiting_jobs
from bearhug.app import JOBS, Application
from bearhug.cas import service as cas
from bearhug.cas.model import Ticket
from bearhug.cas.service import checking, sweeping
from bearhug.cas.service.strays import strays
from bearhug.errors import Unprocessable
from bearhug.files import service as files
from bearhug.files.model import AddLfs, Proposal
from bearhug.hub import Hub
from bearhug.kit.xet.hashes import eligible, split
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from bearhug.storage import lfs_key, pack_key
from bearhug.worker import Worker
from tests.cas.sending import Packed, pack, repo_of, send, send_xorb, ticket
from tests.conftest import person

DAY = 24 * 3600
ADA = Ticket(0, 1, writes=True)
DATA = random.Random(12).randbytes(300_000)
WITH_ELIGIBLE = random.Random(71).randbytes(400_000)
"""One of its chunks is such as clients ask for, wherever it stands."""


@dataclass
class Clock:
    """Stands still until it is told to go on."""

    now: int

    def __call__(self) -> int:
        return self.now

    def wait(self, *, days: float = 0) -> None:
        self.now += int(days * DAY * 1000) + 1


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
def kept(any_hub: Hub, clock: Clock) -> Hub:
    """On either database, by that clock."""
    return replace(any_hub, clock=clock)


def commit(hub: Hub, repo: Repo, packed: Packed) -> None:
    op = AddLfs("model.bin", packed.sha256, len(packed.data))
    files.commit_now(
        hub, person(hub, "ada"), RepoKind.MODEL, str(repo.name), Proposal((op,), "Add")
    )


def delete(hub: Hub, repo: Repo) -> None:
    """And an hour later what it alone held."""
    hub.write_as(person(hub, "ada"), repos.delete, RepoKind.MODEL, str(repo.name))


def pass_days(hub: Hub, clock: Clock, days: int) -> None:
    """With the collector coming every day, and the jobs it leaves done."""
    worker = Worker(hub, JOBS)
    for _ in range(days):
        clock.wait(days=1)
        sweeping.collect(hub)
        clock.wait(days=0.1)
        while worker.step():
            pass


def xorbs_stored(hub: Hub) -> int:
    return len(list(hub.objects.walk("xorbs")))


def test_what_a_commit_names_stays_for_good(kept: Hub, clock: Clock) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    commit(kept, repo, packed)
    pass_days(kept, clock, 30)
    assert kept.objects.get(lfs_key(packed.sha256)) == DATA


def test_what_is_never_committed_goes_after_a_week_and_the_grace(kept: Hub, clock: Clock) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    pass_days(kept, clock, 6)
    assert kept.objects.size(lfs_key(packed.sha256)) == len(DATA)
    pass_days(kept, clock, 3)
    assert kept.objects.size(lfs_key(packed.sha256)) is None
    assert xorbs_stored(kept) == 1, "a client may still refer to it"
    pass_days(kept, clock, 30)
    assert xorbs_stored(kept) == 0


def test_a_deleted_repos_bytes_go_once_no_client_remembers_them(kept: Hub, clock: Clock) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    commit(kept, repo, packed)
    delete(kept, repo)
    pass_days(kept, clock, 22)
    assert xorbs_stored(kept) == 1
    pass_days(kept, clock, 5)
    assert xorbs_stored(kept) == 0


@pytest.mark.parametrize("rewrite", [True, False])
def test_a_file_deleted_for_good_frees_its_bytes(kept: Hub, clock: Clock, rewrite: bool) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    commit(kept, repo, packed)
    ada = person(kept, "ada")
    files.delete_objects(kept, ada, repo.kind, str(repo.name), [packed.sha256], rewrite=rewrite)
    pass_days(kept, clock, 2)
    assert kept.objects.size(lfs_key(packed.sha256)) is None
    pass_days(kept, clock, 25)
    assert xorbs_stored(kept) == 0


def test_what_a_squash_left_out_goes_too(kept: Hub, clock: Clock) -> None:
    repo, old, new = repo_of(kept, "mine"), pack(DATA), pack(WITH_ELIGIBLE)
    for packed in (old, new):
        send(kept, repo, packed)
        commit(kept, repo, packed)
    ada = person(kept, "ada")
    files.squash(kept, ada, repo.kind, str(repo.name), "main", "Only the last")
    pass_days(kept, clock, 40)
    assert kept.objects.size(lfs_key(old.sha256)) is None
    assert kept.objects.get(lfs_key(new.sha256)) == WITH_ELIGIBLE
    assert xorbs_stored(kept) == 1
    assert [str(each) for each in checking.examine(kept)] == []


def test_what_another_repo_holds_too_stays(kept: Hub, clock: Clock) -> None:
    packed = pack(DATA)
    first, second = repo_of(kept, "first"), repo_of(kept, "second")
    for repo in (first, second):
        send(kept, repo, packed)
        commit(kept, repo, packed)
    delete(kept, first)
    pass_days(kept, clock, 40)
    assert kept.objects.get(lfs_key(packed.sha256)) == DATA


def test_a_returning_client_revives_what_was_condemned(kept: Hub, clock: Clock) -> None:
    packed, repo = pack(DATA), repo_of(kept, "mine")
    send_xorb(kept, packed)
    clock.wait(days=22)
    assert sweeping.collect(kept).condemned == 1
    cas.land(kept, ticket(repo), packed.shard())  # it remembers the xorb, and sends no bytes
    commit(kept, repo, packed)
    pass_days(kept, clock, 30)
    assert kept.objects.get(lfs_key(packed.sha256)) == DATA


def test_what_came_back_is_told_of_again(kept: Hub, clock: Clock) -> None:
    packed = pack(WITH_ELIGIBLE)
    (asked,) = filter(eligible, split(packed.layout.hashes))
    send_xorb(kept, packed)
    assert cas.answer(kept, ADA, asked) is not None
    clock.wait(days=16)
    sweeping.collect(kept)
    assert cas.answer(kept, ADA, asked) is None, "it may go before they forget"
    assert kept.write(cas.has_xorb, ADA, packed.layout.hash)
    assert cas.answer(kept, ADA, asked) is not None
    clock.wait(days=22)
    assert sweeping.collect(kept).condemned == 1
    assert not send_xorb(kept, packed), "its bytes are here still"
    assert cas.answer(kept, ADA, asked) is not None


def test_an_object_sent_again_has_another_week(kept: Hub, clock: Clock) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    pass_days(kept, clock, 6)
    send(kept, repo, packed)
    pass_days(kept, clock, 3)
    commit(kept, repo, packed)
    assert kept.objects.get(lfs_key(packed.sha256)) == DATA


def test_so_has_one_that_need_not_be_sent(kept: Hub, clock: Clock) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    pass_days(kept, clock, 6)
    wanted = [{"oid": packed.sha256, "size": len(DATA)}]
    with TestClient(Application(kept), base_url="http://hub.test") as web:
        told = web.post(
            "/ada/mine.git/info/lfs/objects/batch",
            json={"operation": "upload", "transfers": ["basic"], "objects": wanted},
            headers={"Authorization": "Bearer hf_ada"},
        )
    assert "actions" not in told.json()["objects"][0], "the repo has it"
    pass_days(kept, clock, 3)
    commit(kept, repo, packed)


def test_now_while_files_land(any_hub: Hub) -> None:
    """An upload under way succeeds or is refused in words, and nothing is ever half there."""
    repo, refused = repo_of(any_hub, "mine"), 0
    for seed in range(12):
        packed = pack(random.Random(seed).randbytes(2_000_000))
        send_xorb(any_hub, packed)
        if seed == 0:  # just before it begins, too
            time.sleep(0.005)
            sweeping.collect(any_hub, at_once=True)
        with ThreadPoolExecutor(1) as thread:
            landing = thread.submit(cas.land, any_hub, ticket(repo), packed.shard())
            time.sleep(seed / 1000)
            while not landing.done():
                sweeping.collect(any_hub, at_once=True)
        error = landing.exception()
        if error is not None:
            assert isinstance(error, Unprocessable)
            assert "was not uploaded" in error.message or "Upload it again" in error.message
            refused += 1
            send(any_hub, repo, packed)
        assert any_hub.objects.get(lfs_key(packed.sha256)) == packed.data
    assert refused
    assert [str(each) for each in checking.examine(any_hub)] == []


def test_a_grant_before_the_collector_comes_is_kept(kept: Hub, clock: Clock) -> None:
    packed, repo = pack(DATA), repo_of(kept, "mine")
    send_xorb(kept, packed)
    clock.wait(days=22)
    sweeping.collect(kept)
    clock.wait(days=1.5)
    assert kept.write(cas.has_xorb, ADA, packed.layout.hash)
    assert sweeping.collect(kept).xorbs == 0
    cas.land(kept, ticket(repo), packed.shard())


def test_a_late_deletion_cannot_hit_a_new_upload(kept: Hub, clock: Clock) -> None:
    packed = pack(DATA)
    send_xorb(kept, packed)
    (old,) = kept.objects.walk("xorbs")
    pass_days(kept, clock, 25)
    assert send_xorb(kept, packed), "it is gone"
    kept.objects.delete(old.key)
    assert xorbs_stored(kept) == 1


def test_nobody_is_told_of_a_xorb_that_may_go_before_they_forget(kept: Hub, clock: Clock) -> None:
    packed = pack(DATA)
    repo = repo_of(kept, "mine")
    send(kept, repo, packed)
    first = packed.layout.chunk_hashes(0, 1)
    assert cas.answer(kept, ADA, first) is not None
    delete(kept, repo)
    pass_days(kept, clock, 18)
    assert cas.answer(kept, ADA, first) is None
    assert xorbs_stored(kept) == 1


def test_now_collects_at_once_and_clients_start_afresh(kept: Hub, clock: Clock) -> None:
    packed = pack(DATA)
    first, second = repo_of(kept, "first"), repo_of(kept, "second")
    send(kept, first, packed)
    commit(kept, first, packed)
    before = kept.read(cas.generation)
    delete(kept, first)
    clock.wait()
    told = sweeping.preview(kept, at_once=True)
    assert (kept.read(cas.generation), xorbs_stored(kept)) == (before, 1), "nothing was changed"
    freed = sweeping.collect(kept, at_once=True)
    assert freed == told
    assert (freed.objects, freed.files, freed.xorbs) == (1, 1, 1)
    assert freed.bytes == packed.layout.stored_bytes
    assert (kept.read(cas.generation), xorbs_stored(kept)) == (before + 1, 0)
    assert kept.read(sweeping.last) == freed
    with pytest.raises(Unprocessable, match="was not uploaded"):
        cas.land(kept, ticket(second), packed.shard())
    send(kept, second, packed)
    assert kept.objects.get(lfs_key(packed.sha256)) == DATA


def test_whoever_began_after_now_keeps_what_they_sent(kept: Hub, clock: Clock) -> None:
    """The generation is told first: what is touched from then on stays."""
    packed, repo = pack(DATA), repo_of(kept, "mine")
    send_xorb(kept, packed)
    sweeping.collect(kept, at_once=True)
    cas.land(kept, ticket(repo), packed.shard())


def written(hub: Hub, key: str, *, days_ago: float) -> None:
    hub.objects.put(key, b"stray")
    path = hub.objects.path(key)
    assert path is not None
    at = hub.clock() / 1000 - days_ago * DAY
    os.utime(path, (at, at))


def test_bytes_without_rows_go_after_a_day(kept: Hub, tmp_path: Path) -> None:
    repo, packed = repo_of(kept, "mine"), pack(DATA)
    send(kept, repo, packed)
    lost = ["xorbs/ab/" + "ab" * 32 + ".123", lfs_key("cd" * 32), pack_key("ef" * 20)]
    for key in lost:
        written(kept, key, days_ago=2)
    written(kept, lfs_key("01" * 32), days_ago=0.5)
    # Already in chunks, and its whole bytes were to be deleted when the power went.
    written(kept, lfs_key(packed.sha256), days_ago=2)
    scratch = kept.objects.scratch / "half"
    scratch.write_bytes(b"half")
    os.utime(scratch, (1, 1))
    found = {stray.key for stray in strays(kept, kept.clock() - DAY * 1000)}
    assert found == {*lost, lfs_key(packed.sha256)}
    freed = sweeping.collect(kept)
    assert (freed.strays, freed.stray_bytes) == (4, 20)
    assert [each for each in lost if kept.objects.size(each)] == []
    assert kept.objects.size(lfs_key("01" * 32)) == 5
    assert kept.objects.get(lfs_key(packed.sha256)) == DATA
    assert not scratch.exists()


def test_a_stray_that_was_claimed_meanwhile_stays(kept: Hub) -> None:
    repo, sha256 = repo_of(kept, "mine"), "cd" * 32
    written(kept, lfs_key(sha256), days_ago=2)
    (stray,) = strays(kept, kept.clock() - DAY * 1000)
    path = kept.objects.scratch / "again"
    path.write_bytes(b"stray")
    files.claim(kept, repo, path, sha256, 5)
    assert not stray.delete()
    assert kept.objects.size(lfs_key(sha256)) == 5


def test_the_collector_comes_every_night(hub: Hub) -> None:
    hub.write(sweeping.schedule)
    hub.write(sweeping.schedule)
    assert hub.db.read(waiting_jobs)[sweeping.JOB] == 1
