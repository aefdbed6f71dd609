"""Repos on both databases."""

from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import person


def test_one_may_make_repos_in_ones_own_name_and_in_organisations(any_hub: Hub) -> None:
    assert any_hub.read_as(person(any_hub, "ada"), repos.namespaces) == ["ada", "bears"]
    assert any_hub.read_as(person(any_hub, "grace"), repos.namespaces) == ["grace"]
    assert any_hub.read(repos.namespaces) == []


def test_ones_own_repos_come_by_pages(any_hub: Hub) -> None:
    ada = person(any_hub, "ada")
    for name in ("one", "two", "three"):
        any_hub.write_as(ada, repos.create, RepoKind.MODEL, name)
    first, more = any_hub.read_as(ada, repos.owned, limit=2)
    assert [repo.name.name for repo in first] == ["three", "two"]
    rest, end = any_hub.read_as(ada, repos.owned, before=more, limit=2)
    assert [repo.name.name for repo in rest] == ["one"]
    assert end is None
