"""Collections on each database: seen by whom they may be, in order, good once each."""

import pytest

from bearhug.collections import service as collections
from bearhug.collections.model import Asked, Change, Collection, ItemKind, Sort, slugified
from bearhug.db import adding
from bearhug.db.schema import resource_group_members, resource_groups
from bearhug.errors import BadRequest, Forbidden, NotFound, NotSignedIn, RepoNotFound, Unprocessable
from bearhug.hub import Hub, Transaction
from bearhug.kit.wire import object_id
from bearhug.papers import service as papers
from tests.conftest import person
from tests.repos_of import make_repo

PAPER = "See https://arxiv.org/abs/1706.03762."


def gather(hub: Hub, title: str, *items: str, by: str = "ada", **how: object) -> Collection:
    def make(tx: Transaction) -> Collection:
        made = collections.create(tx, title, **how)  # type: ignore[arg-type]
        for item in items:
            collections.add_item(tx, made.slug, *collections.parse_item(item))
        return made

    return hub.write_as(person(hub, by), make)


def test_what_one_may_not_see_is_left_out(any_hub: Hub) -> None:
    make_repo(any_hub, "bert", {"README.md": PAPER})
    make_repo(any_hub, "secret", private=True)
    inner = gather(any_hub, "Inner", private=True)
    made = gather(
        any_hub,
        "All",
        "models/ada/bert",
        "models/ada/secret",
        f"collections/{inner.slug}",
        "papers/1706.03762",
    )
    seen = any_hub.read(collections.gathered, made.slug)
    assert [item.name for item in seen.items] == ["ada/bert", "1706.03762"]
    assert seen.hidden == 0
    own = any_hub.read_as(person(any_hub, "ada"), collections.gathered, made.slug)
    assert len(own.items) == 4
    (listed,), _ = any_hub.read(collections.browse, Asked(sort=Sort.MODIFIED))
    assert [item.name for item in listed.items] == ["ada/bert", "1706.03762"]
    assert any_hub.read(collections.count, Asked(items=["papers/1706.03762"])) == 1
    assert any_hub.read(collections.count, Asked(items=["models/ada/secret"])) == 0
    assert any_hub.read(collections.count, Asked(items=[f"collections/{inner.slug}"])) == 1
    assert [paper.id for paper in any_hub.read(papers.browse)[0]] == ["1706.03762"]


def test_nobody_adds_what_they_cannot_see(any_hub: Hub) -> None:
    make_repo(any_hub, "secret", private=True)
    made = gather(any_hub, "Linus's", by="linus")
    with pytest.raises(RepoNotFound):
        any_hub.write_as(
            person(any_hub, "linus"),
            collections.add_item,
            made.slug,
            ItemKind.MODEL,
            "ada/secret",
        )


def test_upvotes_are_one_each_and_sort(any_hub: Hub) -> None:
    first, second = gather(any_hub, "First"), gather(any_hub, "Second")
    for name in ("grace", "grace", "linus"):
        any_hub.write_as(person(any_hub, name), collections.upvote, first.slug)
    for sort in (Sort.TRENDING, Sort.UPVOTES):
        found, _ = any_hub.read(collections.browse, Asked(sort=sort))
        assert [each.collection.oid for each in found] == [first.oid, second.oid]
    assert any_hub.read(collections.upvotes_of, 1) == 2
    any_hub.write_as(person(any_hub, "linus"), collections.unvote, first.slug)
    any_hub.write_as(person(any_hub, "linus"), collections.unvote, first.slug)
    assert any_hub.read(collections.find, first.slug).upvotes == 1
    with pytest.raises(NotSignedIn):
        any_hub.read(collections.upvote, first.slug)


def test_searching(any_hub: Hub) -> None:
    gather(any_hub, "Small models", description="They hum")
    gather(any_hub, "100 % honey", by="grace")
    for words, number in (("small HUM", 1), ("honey grace", 1), ("%", 1), ("zebra", 0), ("", 2)):
        assert any_hub.read(collections.count, Asked(search=words)) == number, words


def test_a_group_hides_its_collections_from_other_members(any_hub: Hub) -> None:
    def group(tx: Transaction) -> int:
        add = adding(
            resource_groups, "org_id", "name", "created_at", returning=[resource_groups.c.id]
        )
        return int(tx.db.one(add, org_id=4, name="inner", created_at=0).id)

    id = any_hub.write(group)
    made = gather(
        any_hub, "Ours", owner="bears", private=True, group=object_id("resource_groups", id)
    )
    grace = person(any_hub, "grace")
    with pytest.raises(NotFound):
        any_hub.read_as(grace, collections.find, made.slug)
    assert any_hub.read_as(grace, collections.count, Asked()) == 0
    row = adding(resource_group_members, "group_id", "user_id", "role", "created_at")
    any_hub.write(lambda tx: tx.db.run(row, group_id=id, user_id=2, role="write", created_at=0))
    grace = person(any_hub, "grace")
    assert any_hub.read_as(grace, collections.count, Asked()) == 1
    any_hub.write_as(grace, collections.change, made.slug, Change(description="By grace"))
    with pytest.raises(Forbidden):
        any_hub.write_as(grace, collections.set_group, made.slug, None)
    any_hub.write_as(person(any_hub, "ada"), collections.set_group, made.slug, None)
    with pytest.raises(Forbidden):
        any_hub.write_as(grace, collections.change, made.slug, Change(title="Grace's"))


def test_what_is_too_long_is_said(hub: Hub) -> None:
    for how in ({"title": "x" * 121}, {"title": " "}, {"description": "x" * 151}):
        with pytest.raises(Unprocessable):
            gather(hub, **{"title": "Fine", **how})
    made = gather(hub, "Fine")
    make_repo(hub, "bert")
    with pytest.raises(Unprocessable):
        hub.write_as(
            person(hub, "ada"),
            collections.add_item,
            made.slug,
            ItemKind.MODEL,
            "ada/bert",
            "x" * 501,
        )
    with pytest.raises(BadRequest):
        collections.parse_item("nonsense")


def test_slugs() -> None:
    assert slugified("ICCV Oct. 2023!") == "iccv-oct-2023"
    assert slugified("Über Bären") == "uber-baren"
    assert slugified("熊") == ""


def test_a_title_without_letters_still_has_an_address(hub: Hub) -> None:
    made = gather(hub, "熊")
    assert made.slug == f"ada/{made.oid}"
    assert hub.read(collections.find, made.slug).title == "熊"
    named = gather(hub, "Small models")
    assert hub.read(collections.find, "ada/small-models").oid == named.oid
