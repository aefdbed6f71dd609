"""Runs and measurements as rows, on both databases."""

import pytest

from bearhug.errors import Forbidden
from bearhug.hub import Hub, Transaction
from bearhug.inference import service, store
from bearhug.inference.model import Figures, RunNotFound, Said, Turn
from bearhug.inference.service.measuring import Measured, costs, host, note, note_estimate
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind, Visibility
from tests.conftest import person


def made(hub: Hub, name: str, visibility: Visibility) -> Repo:
    ada = person(hub, "ada")
    return hub.write_as(ada, repos.create, RepoKind.MODEL, name, visibility=visibility)


def said(repo: Repo, words: str = "Why do bears hum?") -> Said:
    figures = Figures(completion_tokens=58, tokens_per_second=57.8, machine="4 cores")
    turns = (Turn("user", words),)
    parameters = {"seed": 42, "stop": ["\n"]}
    return Said(
        repo.id, "1" * 40, "m.gguf", "conversational", turns, "Content.", parameters, figures
    )


def test_a_run_comes_back_as_it_was_saved(any_hub: Hub) -> None:
    ada, repo = person(any_hub, "ada"), made(any_hub, "smol", Visibility.PUBLIC)
    kept = any_hub.write_as(ada, service.save, said(repo), public=True)
    found, model = any_hub.read(service.run, kept.id)
    assert found == kept
    assert found.said == said(repo)
    assert (found.author, model.id) == ("ada", repo.id)


def test_lists_show_what_one_may_see_newest_first(any_hub: Hub) -> None:
    ada, linus = person(any_hub, "ada"), person(any_hub, "linus")
    shown, hidden = (
        made(any_hub, name, each)
        for name, each in (("smol", Visibility.PUBLIC), ("secret", Visibility.PRIVATE))
    )
    first = any_hub.write_as(ada, service.save, said(shown, "First"), public=True)
    any_hub.write_as(ada, service.save, said(hidden, "Hidden"), public=True)
    any_hub.write_as(ada, service.save, said(shown, "Mine"), public=False)

    def asked(tx: Transaction, *, own: bool) -> list[str]:
        return [run.asked for run, _ in service.runs(tx, own=own)]

    assert sorted(any_hub.read_as(ada, asked, own=True)) == ["First", "Hidden", "Mine"]
    assert any_hub.read_as(linus, asked, own=False) == ["First"]
    assert any_hub.read(asked, own=False) == ["First"]
    older = any_hub.read(service.runs, own=False, before=first.created_at)
    assert older == []


def test_only_its_owner_changes_a_run(any_hub: Hub) -> None:
    ada, linus = person(any_hub, "ada"), person(any_hub, "linus")
    repo = made(any_hub, "smol", Visibility.PUBLIC)
    kept = any_hub.write_as(ada, service.save, said(repo), public=True)
    with pytest.raises(Forbidden):
        any_hub.write_as(linus, service.change, kept.id, public=False)
    any_hub.write_as(ada, service.change, kept.id, public=False)
    with pytest.raises(RunNotFound):
        any_hub.read_as(linus, service.run, kept.id)
    any_hub.write_as(ada, service.remove, kept.id)
    with pytest.raises(RunNotFound):
        any_hub.read_as(ada, service.run, kept.id)


def test_a_run_goes_with_its_model(any_hub: Hub) -> None:
    ada, repo = person(any_hub, "ada"), made(any_hub, "smol", Visibility.PUBLIC)
    kept = any_hub.write_as(ada, service.save, said(repo), public=True)
    any_hub.write_as(ada, repos.delete, RepoKind.MODEL, "ada/smol")
    with pytest.raises(RunNotFound):
        any_hub.read_as(ada, service.run, kept.id)


def test_a_measurement_outlives_an_estimate(any_hub: Hub) -> None:
    any_hub.write(note_estimate, "f" * 64, 300)
    before = any_hub.read(costs, ["f" * 64])["f" * 64]
    assert (before.memory_bytes, before.measured) == (300, False)
    any_hub.write(note, Measured("f" * 64, 271, 1.5))
    any_hub.write(note_estimate, "f" * 64, 300)
    any_hub.write(note, Measured("f" * 64, tokens_per_second=50.0))
    after = any_hub.read(costs, ["f" * 64])["f" * 64]
    assert (after.memory_bytes, after.measured) == (271, True)
    assert (after.load_seconds, after.tokens_per_second) == (1.5, 50.0)
    (row,) = any_hub.read(lambda tx: store.measured(tx.db, ["f" * 64]))
    assert row.host == host()
