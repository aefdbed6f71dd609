"""Downloads: counted once each, written down together, fading."""

from dataclasses import replace

from sqlalchemy import bindparam, select

from bearhug.catalog import service as catalog
from bearhug.catalog.jobs import roll_downloads
from bearhug.catalog.queryfiles import is_query_file
from bearhug.catalog.service.downloads import DAY_MS, counted
from bearhug.db import statement
from bearhug.db.schema import jobs
from bearhug.hub import Hub
from bearhug.repos import store as repo_rows
from bearhug.repos.model import Repo, RepoKind
from tests.repos_of import make_repo

WAITING = statement(select(jobs.c.id).where(jobs.c.name == bindparam("name")))


def again(hub: Hub, repo: Repo) -> Repo:
    found = hub.read(lambda tx: repo_rows.by_id(tx.db, repo.id))
    assert found is not None
    return found


def test_a_head_and_its_get_are_one(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "bert")
    downloads = catalog.Downloads.of(any_hub)
    for _ in range(3):
        for _ in ("HEAD", "GET"):
            downloads.note(repo.id, "config.json")
    catalog.flush(any_hub)
    assert again(any_hub, repo).downloads == 3
    downloads.note(repo.id, "config.json")
    catalog.flush(any_hub)
    assert again(any_hub, repo).downloads_all == 4
    assert any_hub.read(catalog.daily, repo)[-1] == 4


def test_only_query_files_of_a_model_count() -> None:
    assert is_query_file("config.json")
    assert is_query_file("smol.Q4_K_M.gguf")
    assert not is_query_file("README.md")
    assert is_query_file("adapter_config.json", "peft")
    assert not is_query_file("config.json", "peft")
    assert is_query_file("lora.safetensors", "diffusers")
    assert not is_query_file("unet/model.safetensors", "diffusers")
    paths = {"config.json": 2, "model.safetensors": 9, "m.gguf": 3}
    assert counted(paths, of_model=True) == 3
    assert counted(paths, of_model=False) == 9
    assert counted({"README.md": 1}, of_model=True) == 0


def test_each_library_has_a_file_of_its_own(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "lora", {"adapter_config.json": "{}"})
    for path in ("config.json", "adapter_config.json"):
        catalog.Downloads.of(any_hub).note(repo.id, path)
    catalog.flush(any_hub)
    assert again(any_hub, repo).downloads == 1


def test_a_dataset_of_many_files_is_downloaded_once(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "facts", kind=RepoKind.DATASET)
    downloads = catalog.Downloads.of(any_hub)
    for number in range(300):
        downloads.note(repo.id, f"{number}.csv")
    catalog.flush(any_hub)
    assert again(any_hub, repo).downloads == 1


def test_after_thirty_days_they_are_history(any_hub: Hub) -> None:
    repo = make_repo(any_hub, "bert")
    catalog.Downloads.of(any_hub).note(repo.id, "config.json")
    catalog.flush(any_hub)
    trending = again(any_hub, repo).trending
    later = replace(any_hub, clock=lambda: any_hub.clock() + 31 * DAY_MS)
    roll_downloads(later)
    found = again(any_hub, repo)
    assert (found.downloads, found.downloads_all) == (0, 1)
    assert 0 < found.trending < trending


def test_the_daily_job_waits_once(any_hub: Hub) -> None:
    for _ in range(3):
        any_hub.write(catalog.schedule)
    roll_downloads(any_hub)
    assert len(any_hub.db.read(lambda db: db.all(WAITING, name="catalog.roll_downloads"))) == 1


def test_what_was_deleted_meanwhile_is_forgotten(any_hub: Hub) -> None:
    catalog.Downloads.of(any_hub).note(999, "config.json")
    catalog.flush(any_hub)
