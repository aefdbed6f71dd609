"""Jobs run once due, are tried again when they fail, and stay to be seen if they never work."""

import json
from dataclasses import replace

import pytest

from bearhug.db import jobs as table
from bearhug.hub import Hub, Transaction
from bearhug.worker import TRIES, Worker


class Clock:
    """A clock that is moved by hand, in milliseconds."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(any_hub: Hub, clock: Clock) -> Hub:
    return replace(any_hub, clock=clock)


def later(hub: Hub, job: str, delay_seconds: int = 0, **args: str | int) -> None:
    def work(tx: Transaction) -> None:
        tx.later(job, delay_seconds=delay_seconds, **args)

    hub.write(work)


def test_a_job_runs_once(timed: Hub) -> None:
    seen: list[str] = []
    worker = Worker(timed, {"say": lambda hub, what: seen.append(what)})
    later(timed, "say", what="hello")
    assert worker.step()
    assert not worker.step()
    assert seen == ["hello"]


def test_a_job_of_a_transaction_that_failed_never_was(timed: Hub) -> None:
    def fail(tx: Transaction) -> None:
        tx.later("say", what="never")
        raise LookupError

    with pytest.raises(LookupError):
        timed.write(fail)
    assert not Worker(timed, {}).step()


def test_a_job_waits_until_it_is_due(timed: Hub, clock: Clock) -> None:
    seen: list[str] = []
    worker = Worker(timed, {"say": lambda hub, what: seen.append(what)})
    later(timed, "say", delay_seconds=60, what="later")
    assert not worker.step()
    clock.now += 60_000
    assert worker.step()
    assert seen == ["later"]


def test_a_failing_job_is_tried_again_then_kept_for_the_operator(timed: Hub, clock: Clock) -> None:
    tries: list[int] = []

    def fail(hub: Hub) -> None:
        tries.append(1)
        raise ValueError("no")

    worker = Worker(timed, {"fail": fail})
    later(timed, "fail")
    for _ in range(TRIES + 3):
        worker.step()
        clock.now += 4_000_000
    assert len(tries) == TRIES
    counts = timed.db.read(table.counts)
    assert (counts.waiting, counts.failed) == (0, 1)


def test_a_job_whose_worker_died_is_taken_by_another(timed: Hub, clock: Clock) -> None:
    later(timed, "say", what="hello")
    taken = timed.db.write(lambda db: table.take(db, ["say"], clock.now, clock.now + 1000))
    assert taken is not None
    assert json.loads(taken.args) == {"what": "hello"}
    seen: list[str] = []
    worker = Worker(timed, {"say": lambda hub, what: seen.append(what)})
    assert not worker.step()
    clock.now += 2000
    assert worker.step()
    assert seen == ["hello"]
