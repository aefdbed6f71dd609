"""The official clients, as they are: signing in an app, a terminal, a CI job."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bearhug import seeding
from bearhug.accounts import service as accounts
from bearhug.app import build_hub
from bearhug.config import Settings
from bearhug.hub import Hub, Transaction
from bearhug.oauth import service as oauth
from bearhug.oauth.store import apps
from tests.conftest import Server, serving
from tests.oauth.conftest import ADA, session_of
from tests.oauth.issuer import Issuer, issuing
from tests.repos_of import make_repo

pytestmark = pytest.mark.client

CALLBACK = "https://localhost:3000/oauth/huggingface/callback?_target_url=%2F%3F"
APP = """
import httpx, sys
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from huggingface_hub import attach_huggingface_oauth, parse_huggingface_oauth

app = FastAPI()
attach_huggingface_oauth(app)

@app.get("/")
def hello(request: Request):
    info = parse_huggingface_oauth(request)
    return {"name": info.user_info.preferred_username, "mail": info.user_info.email,
            "sub": info.user_info.sub, "scope": info.scope, "orgs": info.user_info.orgs}

browser = TestClient(app, base_url="https://localhost:3000")
login = browser.get("/oauth/huggingface/login", follow_redirects=False).headers["location"]
back = httpx.get(login, headers={"cookie": "token=" + sys.argv[1]}, follow_redirects=False)
assert back.status_code == 303, back.text
signed_in = browser.get(back.headers["location"], follow_redirects=False)
assert signed_in.headers["location"].startswith("/"), signed_in.text
print(browser.get("/").text)
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allowed_addresses": "127.0.0.1"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


def test_an_app_signs_people_in_by_the_clients_own_helper(
    tmp_path: Path, client_home: dict[str, str]
) -> None:
    hub = build_hub(Settings(data_dir=tmp_path / "seeded"))
    seeding.seed(hub)
    hub.write(_web)
    with serving(hub) as server:
        env = {
            **client_home,
            "SPACE_ID": "hub.js/app",
            "OAUTH_CLIENT_ID": "web",
            "OAUTH_CLIENT_SECRET": "web-secret",
            "OAUTH_SCOPES": "openid profile email",
            "OPENID_PROVIDER_URL": server.url,
        }
        command = [sys.executable, "-W", "ignore", "-c", APP, seeding.BOT_COOKIE]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    hub.db.close()
    assert done.returncode == 0, done.stderr
    assert '"name":"hub.js","mail":"eliott@huggingface.co"' in done.stdout
    assert f'"sub":"{seeding.BOT_ID}","scope":"openid profile email","orgs":null' in done.stdout


def _web(tx: Transaction) -> None:
    """An app that the seeded user has let in before."""
    oauth.keep(
        tx,
        "web",
        "Web",
        secret="web-secret",
        redirect_uris=(CALLBACK,),
        scopes=seeding.APP_SCOPES,
    )
    app, bot = oauth.find(tx, "web"), accounts.find_user(tx, seeding.BOT)
    apps.put_grant(tx.db, app.id, bot.id, scopes=seeding.APP_SCOPES, orgs=(), at=tx.now)


def test_hf_auth_login_signs_a_terminal_in(
    server: Server, hub: Hub, client_home: dict[str, str], tmp_path: Path
) -> None:
    env = {**client_home, "HF_ENDPOINT": server.url, "HF_HUB_DISABLE_UPDATE_CHECK": "1"}
    hf = [str(Path(sys.executable).with_name("hf"))]
    said = tmp_path / "said"
    with said.open("w") as out:
        command = [*hf, "auth", "login", "--format", "agent"]
        login = subprocess.Popen(command, env=env, stdout=out, stderr=out)
    code = _code_in(said)
    cookies = {"bearhug_session": session_of(hub, ADA)}
    with httpx.Client(base_url=server.url, cookies=cookies) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        decided = browser.post(
            "/oauth/device/decide", data={"user_code": code, "decision": "allow", "org": "4"}
        )
        assert decided.status_code == 200
    assert login.wait(timeout=30) == 0, said.read_text()
    assert "logged in as ada" in said.read_text()
    who = subprocess.run(
        [*hf, "auth", "whoami"], env=env, capture_output=True, text=True, check=True
    )
    assert "ada" in who.stdout
    made = subprocess.run(
        [*hf, "repos", "create", "bears/by-device"], env=env, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr


def _code_in(said: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = re.search(r"enter the code (\S{9})", said.read_text())
        if found:
            return found[1]
        time.sleep(0.05)
    raise TimeoutError(said.read_text())


def test_a_ci_job_uploads_without_a_token(
    server: Server, hub: Hub, client_home: dict[str, str], issuer: Issuer, tmp_path: Path
) -> None:
    make_repo(hub, "trained", {"README.md": "# trained"})
    cookies = {"bearhug_session": session_of(hub, ADA)}
    with httpx.Client(base_url=server.url, cookies=cookies) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        form = {"provider": "other", "issuer": issuer.url, "others": "sub = project:acme/x"}
        trusted = browser.post("/ada/trained/settings/publishers", data=form)
        assert trusted.status_code == 303
    (tmp_path / "weights.txt").write_text("1 2 3")
    env = {
        **client_home,
        "HF_ENDPOINT": server.url,
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_OIDC_RESOURCE": "ada/trained",
        "HF_OIDC_ID_TOKEN": issuer.token(server.url, int(time.time()), sub="project:acme/x"),
    }
    command = [str(Path(sys.executable).with_name("hf")), "upload", "ada/trained"]
    done = subprocess.run(
        [*command, str(tmp_path / "weights.txt")], env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert httpx.get(f"{server.url}/ada/trained/resolve/main/weights.txt").text == "1 2 3"
