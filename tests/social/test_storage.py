"""What an account's repos hold, with the real client."""

import pytest
from huggingface_hub import HfApi

from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.client


def test_each_with_its_share(server: Server) -> None:
    make_repo(server.hub, "one", {"a.txt": "x" * 3000})
    make_repo(server.hub, "two", {"a.txt": "x" * 3000})
    make_repo(server.hub, "ours", owner="bears", private=True)
    ada = HfApi(endpoint=server.url, token="hf_ada")
    ada.create_repo("ada/new")
    found = list(ada.list_user_repos())
    assert [each.id for each in found] == ["ada/new", "ada/two", "ada/one"]
    assert sum(each.storage_percent for each in found) == pytest.approx(100, abs=0.1)
    assert all(each.storage >= 0 and each.visibility == "public" for each in found)
    (ours,) = ada.list_user_repos("bears")
    assert (ours.id, ours.visibility, ours.type) == ("bears/ours", "private", "model")
