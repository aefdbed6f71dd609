"""What becomes of repos when their owner goes."""

from bearhug.accounts import service as accounts
from bearhug.hub import Hub, Role
from bearhug.repos import service as repos
from bearhug.repos import store
from bearhug.repos.model import RepoKind
from tests.conftest import person


def test_they_go_too_from_rows_and_from_the_cache(any_hub: Hub) -> None:
    ada = person(any_hub, "ada")
    repo = any_hub.write_as(ada, repos.create, RepoKind.MODEL, "bert")
    cached = any_hub.db.read(lambda db: any_hub.git.sync_refs(db, repo.id))
    assert cached.exists()

    any_hub.write_as(
        person(any_hub, "linus"), accounts.delete_account, confirm="linus", with_repos=True
    )
    assert any_hub.db.read(lambda db: store.by_id(db, repo.id)) is not None
    any_hub.write(accounts.set_member, "bears", "grace", Role.ADMIN)
    any_hub.write_as(ada, accounts.delete_account, confirm="ada", with_repos=True)
    assert any_hub.db.read(lambda db: store.by_id(db, repo.id)) is None
    assert not cached.exists()
