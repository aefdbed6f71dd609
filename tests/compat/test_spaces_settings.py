"""What huggingface_hub sets of Spaces: all is kept and told again; nothing runs here yet."""

import httpx
import pytest
from huggingface_hub import HfApi, SpaceHardware, SpaceStage, SpaceStorage, Volume
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from sqlalchemy import select

from bearhug.db import statement
from bearhug.db.schema import space_variables
from tests.conftest import Server

pytestmark = pytest.mark.client
ALL = statement(select(space_variables.c.value))


def test_a_static_space_runs_and_another_rests(ada: HfApi, linus: HfApi) -> None:
    ada.create_repo("ada/page", repo_type="space", space_sdk="static")
    static = linus.get_space_runtime("ada/page")
    assert (static.stage, static.hardware, static.requested_hardware) == ("RUNNING", None, None)
    ada.create_repo("ada/app", repo_type="space", space_sdk="gradio")
    assert ada.get_space_runtime("ada/app").stage == SpaceStage.NO_APP_FILE
    ada.upload_file(
        path_or_fileobj=b"print()", path_in_repo="app.py", repo_id="ada/app", repo_type="space"
    )
    app = ada.get_space_runtime("ada/app")
    assert (app.stage, app.requested_hardware) == (SpaceStage.STOPPED, "cpu-basic")
    info = linus.space_info("ada/app", expand=["runtime", "sdk"])
    assert info.runtime is not None
    assert (info.runtime.stage, info.sdk) == (SpaceStage.STOPPED, "gradio")


def test_what_is_asked_for_is_kept(ada: HfApi) -> None:
    ada.create_repo("ada/app", repo_type="space", space_sdk="docker")
    asked = ada.request_space_hardware("ada/app", SpaceHardware.T4_MEDIUM, sleep_time=600)
    assert (asked.requested_hardware, asked.sleep_time) == ("t4-medium", 600)
    assert ada.set_space_sleep_time("ada/app", -1).sleep_time == -1
    assert ada.pause_space("ada/app").stage == SpaceStage.PAUSED
    assert ada.get_space_runtime("ada/app").stage == SpaceStage.PAUSED
    assert ada.restart_space("ada/app", factory_reboot=True).stage == SpaceStage.NO_APP_FILE
    assert ada.enable_space_dev_mode("ada/app").dev_mode
    assert not ada.disable_space_dev_mode("ada/app").dev_mode
    volume = Volume(type="dataset", source="ada/rows", mount_path="/data", read_only=True)
    ada.set_space_volumes("ada/app", [volume])
    assert ada.get_space_runtime("ada/app").volumes == [volume]
    ada.delete_space_volumes("ada/app")
    assert ada.get_space_runtime("ada/app").volumes is None


def test_storage_is_kept(ada: HfApi, server: Server) -> None:
    ada.create_repo("ada/app", repo_type="space", space_sdk="docker")
    url, ask = f"{server.url}/api/spaces/ada/app/storage", {"Authorization": "Bearer hf_ada"}
    assert httpx.post(url, json={"tier": "large"}, headers=ask).json()["storage"] == "large"
    assert ada.get_space_runtime("ada/app").storage == SpaceStorage.LARGE
    assert httpx.post(url, json={"tier": "vast"}, headers=ask).status_code == 422
    assert httpx.delete(url, headers=ask).json()["storage"] is None


def test_a_secret_is_never_told_and_lies_encrypted(ada: HfApi, server: Server) -> None:
    ada.create_repo("ada/app", repo_type="space", space_sdk="gradio")
    ada.add_space_secret("ada/app", "API_KEY", "grizzly-marmalade", description="of a friend")
    ada.add_space_variable("ada/app", "MODEL", "ada/bert", description="which one")
    ada.add_space_variable("ada/app", "MODEL", "ada/bert-2", description="which one")
    (secret,) = ada.get_space_secrets("ada/app").values()
    assert (secret.key, secret.description) == ("API_KEY", "of a friend")
    assert secret.updated_at is not None
    (variable,) = ada.get_space_variables("ada/app").values()
    assert (variable.key, variable.value) == ("MODEL", "ada/bert-2")
    rows = server.hub.read(lambda tx: [bytes(row.value) for row in tx.db.all(ALL)])
    assert b"ada/bert-2" in rows
    assert not any(b"grizzly" in row for row in rows)
    told = httpx.get(
        f"{server.url}/api/spaces/ada/app/secrets", headers={"Authorization": "Bearer hf_ada"}
    )
    assert "grizzly" not in told.text

    ada.delete_space_secret("ada/app", "API_KEY")
    assert ada.get_space_secrets("ada/app") == {}
    assert ada.delete_space_variable("ada/app", "MODEL") == {}
    with pytest.raises(HfHubHTTPError, match="404"):
        ada.delete_space_secret("ada/app", "API_KEY")
    with pytest.raises(HfHubHTTPError, match="422"):
        ada.add_space_variable("ada/app", "1ST", "x")


def test_only_writers_see_and_set(ada: HfApi, linus: HfApi) -> None:
    ada.create_repo("ada/app", repo_type="space", space_sdk="gradio")
    for refused in (
        lambda: linus.get_space_variables("ada/app"),
        lambda: linus.get_space_secrets("ada/app"),
        lambda: linus.add_space_secret("ada/app", "A", "b"),
        lambda: linus.pause_space("ada/app"),
        lambda: list(linus.fetch_space_logs("ada/app")),
    ):
        with pytest.raises(HfHubHTTPError, match="403"):
            refused()
    with pytest.raises(RepositoryNotFoundError):
        linus.get_space_runtime("ada/nothing")


def test_logs_are_empty_and_end(ada: HfApi) -> None:
    ada.create_repo("ada/app", repo_type="space", space_sdk="gradio")
    assert list(ada.fetch_space_logs("ada/app")) == []
    assert list(ada.fetch_space_logs("ada/app", build=True)) == []


def test_a_space_begins_with_what_was_asked(ada: HfApi) -> None:
    pair = {"key": "TOKEN", "value": "hush", "description": "x"}
    ada.create_repo(
        "ada/app",
        repo_type="space",
        space_sdk="docker",
        space_hardware=SpaceHardware.CPU_UPGRADE,
        space_sleep_time=300,
        space_secrets=[pair],
        space_variables=[{"key": "MODEL", "value": "ada/bert"}],
    )
    runtime = ada.get_space_runtime("ada/app")
    assert (runtime.requested_hardware, runtime.sleep_time) == ("cpu-upgrade", 300)
    ada.duplicate_repo("ada/app", to_id="ada/copy", repo_type="space", space_sleep_time=900)
    copy = ada.get_space_runtime("ada/copy")
    assert copy.sleep_time == 900
    assert list(ada.get_space_variables("ada/copy")) == ["MODEL"]
    assert ada.get_space_secrets("ada/copy") == {}, "secrets stay where they are"


def test_a_space_begins_as_a_template(ada: HfApi, linus: HfApi, server: Server) -> None:
    ada.create_repo("ada/starter", repo_type="space", space_sdk="docker")
    readme = b"---\nsdk: docker\ntitle: Starter\ntags: [space-template]\n---\n# Starter\n"
    for path, content in (("README.md", readme), ("Dockerfile", b"FROM scratch\n")):
        ada.upload_file(
            path_or_fileobj=content, path_in_repo=path, repo_id="ada/starter", repo_type="space"
        )
    (template,) = linus.list_space_templates()
    assert (template.repo_id, template.sdk) == ("ada/starter", "docker")
    linus.create_repo("linus/mine", repo_type="space", space_template="ada/starter")
    assert "Dockerfile" in linus.list_repo_files("linus/mine", repo_type="space")
    missing = httpx.post(
        f"{server.url}/api/repos/create",
        json={"name": "x", "type": "space", "template": "ada/none"},
        headers={"Authorization": "Bearer hf_ada"},
    )
    assert (missing.status_code, missing.headers["x-error-code"]) == (400, "BadRequest")


def test_what_there_is_to_run_on(ada: HfApi) -> None:
    (machine,) = ada.list_spaces_hardware()
    assert (machine.name, machine.accelerator) == ("cpu-basic", None)
    assert ada.list_jobs_hardware() == []


def test_spaces_are_searched(ada: HfApi, linus: HfApi) -> None:
    ada.create_repo("ada/bear-counter", repo_type="space", space_sdk="static")
    ada.create_repo("ada/bear-painter", repo_type="space", space_sdk="gradio")
    assert [each.id for each in linus.search_spaces("bear")] == ["ada/bear-counter"]
    both = linus.search_spaces("bear", include_non_running=True)
    assert {each.id for each in both} == {"ada/bear-counter", "ada/bear-painter"}
    painted = linus.search_spaces("bear", sdk="gradio", include_non_running=True)
    assert [each.sdk for each in painted] == ["gradio"]
