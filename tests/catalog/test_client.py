"""The real client lists, finds and reads what is here."""

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

from bearhug.repos.model import RepoKind
from tests.conftest import Server
from tests.repos_of import make_repo

pytestmark = pytest.mark.client

README = "---\nlicense: mit\npipeline_tag: fill-mask\nlanguage: en\n---\n# Bert\n"


@pytest.fixture
def ada(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token="hf_ada")


@pytest.fixture
def visitor(server: Server) -> HfApi:
    return HfApi(endpoint=server.url, token=False)


def test_lists(server: Server, ada: HfApi, visitor: HfApi) -> None:
    for number in range(3):
        make_repo(server.hub, f"bert-{number}", {"README.md": README})
    make_repo(server.hub, "secret", private=True)
    make_repo(server.hub, "facts", kind=RepoKind.DATASET)
    make_repo(server.hub, "page", kind=RepoKind.SPACE)
    found = list(visitor.list_models(filter="fill-mask", sort="created_at"))
    assert [each.id for each in found] == ["ada/bert-2", "ada/bert-1", "ada/bert-0"]
    assert found[0].pipeline_tag == "fill-mask"
    assert found[0].private is False
    assert len(list(visitor.list_models(limit=2))) == 2
    assert [each.id for each in visitor.list_models(search="ert-1")] == ["ada/bert-1"]
    assert len(list(ada.list_models(author="ada"))) == 4
    assert [each.id for each in visitor.list_datasets(author="ada")] == ["ada/facts"]
    assert [each.id for each in visitor.list_spaces()] == ["ada/page"]
    whole = next(iter(visitor.list_models(author="ada", full=True, cardData=True)))
    assert whole.card_data is not None
    assert whole.siblings is not None
    expanded = next(iter(visitor.list_models(expand=["sha", "downloads"], limit=1)))
    assert expanded.sha is not None
    assert expanded.tags is None


def test_info(server: Server, visitor: HfApi) -> None:
    make_repo(server.hub, "bert", {"README.md": README, "a.txt": b"words"})
    info = visitor.model_info("ada/bert", files_metadata=True)
    assert info.card_data is not None
    assert info.card_data["license"] == "mit"
    assert info.created_at is not None
    assert info.siblings is not None
    assert {each.rfilename: each.size for each in info.siblings}["a.txt"] == 5
    assert visitor.repo_info("ada/bert", revision=info.sha).sha == info.sha
    assert visitor.repo_exists("ada/bert")
    assert not visitor.repo_exists("ada/nothing")
    assert visitor.revision_exists("ada/bert", "main")
    with pytest.raises(RevisionNotFoundError):
        visitor.model_info("ada/bert", revision="nothing")
    with pytest.raises(RepositoryNotFoundError):
        visitor.model_info("ada/nothing")
    assert "fill-mask" in str(visitor.get_model_tags())


def test_likes_and_people(server: Server, ada: HfApi) -> None:
    make_repo(server.hub, "bert")
    assert list(ada.list_repo_likers("ada/bert")) == []
    assert ada.list_liked_repos("ada").models == []
    ada.unlike("ada/bert")
    overview = ada.get_user_overview("ada")
    assert (overview.username, overview.num_models) == ("ada", 1)
    assert ada.get_organization_overview("bears").num_users == 2
