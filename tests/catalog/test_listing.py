"""Browsing: only what one may see, exactly what one asked for, a page at a time."""

import json
import struct
from dataclasses import replace

import pytest

from bearhug.cards.jobs import read_weights
from bearhug.catalog import service as catalog
from bearhug.catalog.model import Hit, Listing, Query, Range, Sort
from bearhug.catalog.ordering import FEW
from bearhug.catalog.store.rows import SORTED_BY
from bearhug.hub import VISITOR, Actor, Hub
from bearhug.repos import service as repos
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo, RepoKind, Visibility
from bearhug.social import service as social
from bench.seeding import seed_models
from tests.conftest import person
from tests.repos_of import make_repo, push

MODEL = RepoKind.MODEL


def card(
    *, task: str = "", license: str = "", language: str = "", tags: str = "", text: str = ""
) -> str:
    lines = [("pipeline_tag", task), ("license", license), ("language", language), ("tags", tags)]
    said = "\n".join(f"{name}: {value}" for name, value in lines if value)
    return f"---\n{said}\n---\n# Card\n\n{text}\n"


def browse(hub: Hub, query: Query | None = None, actor: Actor = VISITOR) -> Listing:
    return hub.read_as(actor, catalog.browse, query or Query(MODEL))


def names(listing: Listing) -> list[str]:
    return [hit.repo.name.name for hit in listing.hits]


@pytest.fixture
def four(any_hub: Hub) -> list[Repo]:
    """Four models of ada's."""
    return [
        make_repo(any_hub, name, {"README.md": readme})
        for name, readme in {
            "bert-base": card(task="fill-mask", license="mit", language="en", text="Reads words."),
            "gpt-tiny": card(task="text-generation", license="mit", language="[en, fr]"),
            "distilbert": card(task="fill-mask", license="apache-2.0", tags="[bears]"),
            "whisper": card(task="automatic-speech-recognition", language="en", text="Listens."),
        }.items()
    ]


def test_the_newest_first_and_all_counted(any_hub: Hub, four: list[Repo]) -> None:
    found = browse(any_hub, Query(MODEL, sort=Sort.CREATED))
    assert names(found) == ["whisper", "distilbert", "gpt-tiny", "bert-base"]
    assert (found.total, found.everything, found.next) == (4, 4, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(MODEL, facets={"pipeline_tag": ["fill-mask"]}), {"bert-base", "distilbert"}),
        (
            Query(MODEL, facets={"license": ["mit", "apache-2.0"]}),
            {"bert-base", "gpt-tiny", "distilbert"},
        ),
        (Query(MODEL, facets={"license": ["mit"], "language": ["fr"]}), {"gpt-tiny"}),
        (Query(MODEL, tags=["license:mit", "en"]), {"bert-base", "gpt-tiny"}),
        (Query(MODEL, tags=["bears"]), {"distilbert"}),
        (Query(MODEL, tags=["nothing-has-this"]), set()),
        (Query(MODEL, search="listen"), {"whisper"}),
        (Query(MODEL, search="BERT"), {"bert-base", "distilbert"}),
        (Query(MODEL, search="tilbe"), {"distilbert"}),
        (Query(MODEL, search="ada/gpt"), {"gpt-tiny"}),
        (Query(MODEL, search='"; DROP%_'), set()),
        (Query(MODEL, search="   "), {"bert-base", "gpt-tiny", "distilbert", "whisper"}),
        (Query(MODEL, author="ADA"), {"bert-base", "gpt-tiny", "distilbert", "whisper"}),
        (Query(MODEL, author="spaces/foo/bar"), set()),
        (Query(RepoKind.DATASET), set()),
    ],
)  # fmt: skip
def test_what_was_asked_for(
    any_hub: Hub, four: list[Repo], query: Query, expected: set[str]
) -> None:
    found = browse(any_hub, query)
    assert set(names(found)) == expected
    assert found.total == len(expected)


def test_counts_beside_choices(any_hub: Hub, four: list[Repo]) -> None:
    found = browse(any_hub, Query(MODEL, facets={"pipeline_tag": ["fill-mask"]}))
    tasks = {each.value: each.count for each in found.facets["pipeline_tag"]}
    licenses = {each.value: each.count for each in found.facets["license"]}
    assert tasks == {"fill-mask": 2, "text-generation": 1, "automatic-speech-recognition": 1}, (
        "a facet's own choice does not narrow its counts"
    )
    assert licenses == {"mit": 1, "apache-2.0": 1}


def test_private_repos_are_listed_to_their_readers_alone(any_hub: Hub) -> None:
    make_repo(any_hub, "secret", private=True)
    make_repo(any_hub, "hidden", private=True, owner="bears")
    seen = {name: set(names(browse(any_hub, actor=person(any_hub, name)))) for name in
            ("ada", "grace", "linus")}  # fmt: skip
    assert seen == {"ada": {"secret", "hidden"}, "grace": {"hidden"}, "linus": set()}
    found = browse(any_hub)
    assert (names(found), found.total, found.everything) == ([], 0, 0)


def test_what_changes_is_counted_at_once(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "bert", {"README.md": card(task="fill-mask")})
    assert browse(any_hub).total == 1
    push(any_hub, repo, {"README.md": card(task="translation")})
    values = [each.value for each in browse(any_hub).facets["pipeline_tag"]]
    assert values == ["translation"]
    ada = person(any_hub, "ada")
    any_hub.write_as(ada, repos.change_settings, MODEL, "ada/bert", visibility=Visibility.PRIVATE)
    assert browse(any_hub).total == 0
    any_hub.write_as(ada, repos.move, MODEL, "ada/bert", "ada/robert")
    assert names(browse(any_hub, Query(MODEL, search="robert"), ada)) == ["robert"]
    assert names(browse(any_hub, Query(MODEL, search="ada/bert"), ada)) == []
    any_hub.write_as(ada, repos.delete, MODEL, "ada/robert")
    assert browse(any_hub, actor=ada).everything == 0


def test_pages_follow_one_another(any_hub: Hub) -> None:
    made = [make_repo(any_hub, f"m{number}").name.name for number in range(7)]
    linus = person(any_hub, "linus")
    for name in ("m2", "m5"):
        any_hub.write_as(linus, social.like, MODEL, f"ada/{name}")
    seen, after = [], None
    while True:
        page = browse(any_hub, Query(MODEL, sort=Sort.LIKES, limit=3, after=after))
        seen += names(page)
        after = page.next
        if after is None:
            break
    assert seen[:2] == ["m5", "m2"]
    assert sorted(seen) == made
    assert browse(any_hub).hits[0].repo.trending > 0


def test_many_matches_are_walked_in_order(many: Hub) -> None:
    """What 5,000 models hold of one licence, against the same sorted by hand."""
    everything = [
        hit for hit in many.read(catalog.hits, range(1, 5001)) if "license:apache-2.0" in hit.tags
    ]
    assert len(everything) > FEW
    for sort in Sort:
        query = Query(MODEL, facets={"license": ["apache-2.0"]}, sort=sort, limit=40)
        ordered = sorted(everything, key=lambda hit: (sorted_by(hit, sort), hit.repo.id))
        seen: list[int] = []
        page = browse(many, query)
        assert page.total == len(everything)
        for _ in range(3):
            seen += [hit.repo.id for hit in page.hits]
            page = browse(many, replace(query, after=page.next))
        assert seen == [hit.repo.id for hit in reversed(ordered)][:120], sort


def sorted_by(hit: Hit, sort: Sort) -> float | str:
    """What no column of a repo tells is unknown, or nothing, of all of these."""
    if sort is Sort.PARAMETERS:
        return hit.parameters or -1
    if sort is Sort.NAME:
        return hit.repo.name.key
    return float(getattr(hit.repo, SORTED_BY[sort].name, -1)) if sort in SORTED_BY else 0.0


@pytest.fixture
def many(any_hub: Hub) -> Hub:
    any_hub.write(lambda tx: seed_models(tx.db, 5000))
    return any_hub


def test_matches_at_the_very_end_are_found(many: Hub) -> None:
    """Two thousand that nobody downloads, under two thousand that everybody does."""
    unloved = many.read(catalog.browse, Query(MODEL, sort=Sort.DOWNLOADS, limit=1000))
    last = unloved
    while last.next:
        last = browse(many, Query(MODEL, sort=Sort.DOWNLOADS, limit=1000, after=last.next))
    assert last.hits[-1].repo.downloads == 0


def test_sizes(any_hub: Hub) -> None:
    header = json.dumps(
        {"w": {"dtype": "F16", "shape": [135_000_000], "data_offsets": [0, 27 * 10**7]}}
    )
    weights = struct.pack("<Q", len(header)) + header.encode()
    repo = make_repo(any_hub, "big", {"model.safetensors": weights})
    make_repo(any_hub, "unknown")
    read_weights(any_hub, repo.id)
    found = browse(any_hub, Query(MODEL, size=Range(5, 6)))
    assert (names(found), found.everything) == (["big"], 2)
    assert [step for step, number in enumerate(found.sizes) if number] == [5]
    assert names(browse(any_hub, Query(MODEL, size=Range(0, 5)))) == []
    assert names(browse(any_hub, Query(MODEL, parameters=(10**8, 2 * 10**8)))) == ["big"]


def test_repo_rows_decide_what_is_shown(any_hub: Hub, four: list[Repo]) -> None:
    """A census that is behind never shows what has become private."""
    browse(any_hub)
    any_hub.write(
        lambda tx: repo_rows.set_settings(tx.db, four[0], at=0, visibility=Visibility.PRIVATE)
    )
    assert "bert-base" not in names(browse(any_hub))
