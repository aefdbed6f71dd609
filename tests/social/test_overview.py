"""A person and an organisation in figures: each counts what the caller may see."""

import pytest
from huggingface_hub import HfApi

from bearhug.collections import service as collections
from bearhug.repos.model import RepoKind
from bearhug.social import service as social
from tests.conftest import Server, person
from tests.repos_of import make_repo

pytestmark = pytest.mark.client


def test_every_figure_is_counted(server: Server) -> None:
    hub = server.hub
    make_repo(hub, "bert")
    make_repo(hub, "secret", private=True)
    make_repo(hub, "squad", kind=RepoKind.DATASET)
    make_repo(hub, "ours", owner="bears")
    ada, linus = (HfApi(endpoint=server.url, token=f"hf_{name}") for name in ("ada", "linus"))
    ada.create_discussion("ada/bert", "A question")
    ada.create_discussion("ada/secret", "A secret")
    for name in ("bert", "secret"):
        hub.write_as(person(hub, "ada"), social.like, RepoKind.MODEL, f"ada/{name}")
    hub.write_as(person(hub, "linus"), social.follow, "ada")
    hub.write_as(person(hub, "ada"), social.follow, "grace")
    hub.write_as(person(hub, "ada"), social.follow, "bears")
    made = hub.write_as(person(hub, "ada"), collections.create, "Good")
    hub.write_as(person(hub, "linus"), collections.upvote, made.slug)

    seen = linus.get_user_overview("ada")
    assert (seen.num_models, seen.num_datasets, seen.num_spaces) == (1, 1, 0)
    assert (seen.num_discussions, seen.num_likes, seen.num_upvotes) == (1, 1, 1)
    assert (seen.num_followers, seen.num_following, seen.num_papers) == (1, 1, 0)
    assert (seen.user_type, seen.is_following, seen.is_pro) == ("user", True, False)
    assert [org.name for org in seen.orgs] == ["bears"]
    own = ada.get_user_overview("ada")
    assert (own.num_models, own.num_discussions, own.num_likes) == (2, 2, 2)
    assert own.is_following is False

    bears = ada.get_organization_overview("bears")
    assert (bears.num_users, bears.num_models, bears.num_followers) == (2, 1, 1)
    assert (bears.is_following, bears.is_verified, bears.num_papers) == (True, False, 0)
