"""Papers, with the real client and over HTTP."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.repos.model import RepoKind
from tests.conftest import Server
from tests.repos_of import make_repo, push

ATTENTION, LLAMA = "1706.03762", "2307.09288"
CARD = """See https://arxiv.org/abs/1706.03762.

```
@misc{vaswani, title={Attention Is All You Need}, author={Ashish Vaswani and others},
eprint={1706.03762}}
```
"""


def furnish(hub: Hub) -> None:
    make_repo(hub, "bert", {"README.md": CARD})
    make_repo(hub, "wmt", {"README.md": CARD}, kind=RepoKind.DATASET, by="linus")
    make_repo(hub, "demo", {"README.md": CARD}, kind=RepoKind.SPACE)
    make_repo(hub, "llama", {"README.md": "---\ntags: [arxiv:2307.09288]\n---\n# Llama"})
    secret = CARD.replace("1706.03762", "2401.00001").replace("Attention", "Secret")
    make_repo(hub, "hidden", {"README.md": secret}, private=True)


@pytest.fixture
def api(server: Server) -> HfApi:
    furnish(server.hub)
    return HfApi(endpoint=server.url, token=False)


@pytest.mark.client
def test_a_paper_and_what_names_it(api: HfApi) -> None:
    paper = api.paper_info(ATTENTION)
    assert (paper.id, paper.title) == (ATTENTION, "Attention Is All You Need")
    assert [author.name for author in paper.authors or ()] == ["Ashish Vaswani"]
    assert paper.published_at == datetime(2017, 6, 1, tzinfo=UTC)
    assert paper.submitted_by is not None
    assert paper.submitted_by.username == "ada"
    assert [each.id for each in paper.linked_models or ()] == ["ada/bert"]
    assert [each.id for each in paper.linked_datasets or ()] == ["linus/wmt"]
    assert [each.id for each in paper.linked_spaces or ()] == ["ada/demo"]
    assert (paper.num_total_models, paper.num_total_datasets) == (1, 1)
    assert "arxiv.org/abs/1706.03762" in api.read_paper(ATTENTION)
    assert "linus/wmt" in api.read_paper(ATTENTION)


@pytest.mark.client
def test_what_no_card_names_is_not_here(api: HfApi) -> None:
    for id in ("2301.00001", "2401.00001", "nonsense"):
        for ask in (api.paper_info, api.read_paper):
            with pytest.raises(HfHubHTTPError) as error:
                ask(id)
            assert error.value.response.status_code == 404


@pytest.mark.client
def test_searching(api: HfApi) -> None:
    assert [each.id for each in api.list_papers(query="attention")] == [ATTENTION]
    assert [each.id for each in api.list_papers(query="2307")] == [LLAMA]
    assert len(list(api.list_papers())) == 2
    assert len(list(api.list_papers(limit=1))) == 1
    assert list(api.list_papers(query="Secret")) == []
    assert list(api.list_papers(query="100%")) == []


@pytest.mark.client
def test_by_day(api: HfApi) -> None:
    today = datetime.now(UTC)
    assert len(list(api.list_daily_papers())) == 2
    assert len(list(api.list_daily_papers(date=f"{today:%Y-%m-%d}"))) == 2
    assert len(list(api.list_daily_papers(week=f"{today:%G-W%V}"))) == 2
    assert len(list(api.list_daily_papers(month=f"{today:%Y-%m}", sort="trending"))) == 2
    before = today - timedelta(days=2)
    assert list(api.list_daily_papers(date=f"{before:%Y-%m-%d}")) == []
    assert len(list(api.list_daily_papers(submitter="ADA"))) == 2
    assert list(api.list_daily_papers(submitter="linus")) == []
    assert list(api.list_daily_papers(p=1)) == []
    assert len(list(api.list_daily_papers(p=1, limit=1))) == 1
    with pytest.raises(BadRequestError):
        list(api.list_daily_papers(date="2025-13-40"))
    found = next(iter(api.list_daily_papers(submitter="ada")))
    assert found.submitted_at is not None
    assert abs(found.submitted_at - today) < timedelta(minutes=5)


@pytest.mark.client
def test_all_that_names_one(api: HfApi) -> None:
    found = httpx.get(f"{api.endpoint}/api/arxiv/{ATTENTION}v1/repos").json()
    assert [each["id"] for each in found["models"]] == ["ada/bert"]
    assert [each["id"] for each in found["spaces"]] == ["ada/demo"]


def test_a_new_card_is_read_anew(client: TestClient, hub: Hub) -> None:
    repo = make_repo(hub, "bert", {"README.md": CARD})
    push(hub, repo, {"README.md": CARD.replace("Attention Is", "It Is")})
    assert client.get(f"/api/papers/{ATTENTION}").json()["title"] == "It Is All You Need"
    push(hub, repo, {"README.md": "Nothing."})
    assert client.get(f"/api/papers/{ATTENTION}").status_code == 404


def test_pages(client: TestClient, hub: Hub, as_ada: dict[str, str]) -> None:
    assert "No papers yet" in client.get("/papers").text
    furnish(hub)
    listed = client.get("/papers").text
    assert "Attention Is All You Need" in listed
    assert "arXiv:2307.09288" in listed
    assert "Secret" not in listed
    assert "Secret Is All You Need" in client.get("/papers", headers=as_ada).text
    assert "Nothing matches" in client.get("/papers?q=zzz&p=²").text
    page = client.get(f"/papers/{ATTENTION}").text
    assert "ada/</span>bert" in page
    assert "https://arxiv.org/abs/1706.03762" in page
    moved = client.get(f"/papers/{ATTENTION}v2", follow_redirects=False)
    assert moved.headers["location"] == f"/papers/{ATTENTION}"
    assert client.get("/papers/2401.00001").status_code == 404
