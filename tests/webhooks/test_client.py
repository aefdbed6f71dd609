"""Webhooks made, read, changed and deleted by the real client."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from huggingface_hub import HfApi, WebhookWatchedItem
from huggingface_hub.errors import HfHubHTTPError

from tests.conftest import Server

pytestmark = pytest.mark.client

URL = "https://hooks.example/test"
WATCHED = [
    WebhookWatchedItem(type="user", name="julien-c"),
    {"type": "org", "name": "HuggingFaceH4"},
    {"type": "model", "name": "gpt2"},
]


def test_a_webhook_from_its_making_to_its_end(ada: HfApi) -> None:
    made = ada.create_webhook(
        url=URL, watched=WATCHED, domains=["repo", "discussion"], secret="my-secret"
    )
    assert (made.url, made.job, made.secret, made.disabled) == (URL, None, "my-secret", False)
    assert made.domains == ["repo", "discussion"]
    assert [(each.type, each.name) for each in made.watched] == [
        ("user", "julien-c"),
        ("org", "HuggingFaceH4"),
        ("model", "gpt2"),
    ]
    assert ada.get_webhook(made.id) == made
    assert ada.list_webhooks() == [made]

    assert ada.disable_webhook(made.id).disabled
    assert ada.get_webhook(made.id).disabled
    assert not ada.enable_webhook(made.id).disabled

    ada.delete_webhook(made.id)
    assert ada.list_webhooks() == []
    with pytest.raises(HfHubHTTPError, match="no such webhook"):
        ada.get_webhook(made.id)


def test_only_what_is_given_changes(ada: HfApi) -> None:
    made = ada.create_webhook(url=URL, watched=WATCHED, domains=["repo"], secret="s3")
    moved = ada.update_webhook(made.id, url=URL + "2")  # the client sends `watched: []` with it
    assert (moved.url, moved.watched, moved.domains, moved.secret) == (
        URL + "2",
        made.watched,
        ["repo"],
        "s3",
    )
    watched = [WebhookWatchedItem(type="space", name="ada/show")]
    again = ada.update_webhook(made.id, watched=watched, domains=["discussions"], secret="")
    assert (again.watched, again.domains, again.secret) == (watched, ["discussions"], None)


def test_it_watches_everything_unless_told_otherwise(ada: HfApi) -> None:
    made = ada.create_webhook(url=URL, watched=WATCHED)
    assert (made.domains, made.secret) == (["repo", "discussion"], None)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"url": "ftp://x.example"}, "https://"),
        ({"url": "https://"}, "https://"),
        ({"url": "https://x.example:99999/"}, "no address"),
        ({"url": "http://[::1"}, "no address"),
        ({"url": "http://10.0.0.7/hook"}, "BEARHUG_ALLOWED_ADDRESSES"),
        ({"url": "http://[::ffff:10.1.1.1]/"}, "private network"),
        ({"url": URL, "watched": []}, "at least one"),
        ({"url": URL, "watched": [{"type": "user", "name": "a b"}]}, "name of a person"),
        ({"url": URL, "watched": [{"type": "model", "name": "a/b/c"}]}, "name of a model"),
        ({"url": URL, "watched": [{"type": "bucket", "name": "a/b"}]}, "type"),
        ({"url": URL, "domains": ["everything"]}, "everything"),
        ({"url": URL, "secret": "snö"}, "ASCII"),
        ({"url": URL, "secret": "two\r\nlines"}, "one line"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    ada: HfApi, given: dict[str, object], words: str
) -> None:
    with pytest.raises(HfHubHTTPError, match=words):
        ada.create_webhook(**{"watched": WATCHED, **given})  # type: ignore[arg-type]
    assert ada.list_webhooks() == []


def test_it_starts_no_job(ada: HfApi) -> None:
    with pytest.raises(HfHubHTTPError, match="runs no jobs") as refused:
        ada.create_webhook(job_id="687f911eaea852de79c4a50a", watched=WATCHED)
    assert refused.value.response.status_code == 501


def test_webhooks_are_their_owners_alone(ada: HfApi, linus: HfApi) -> None:
    made = ada.create_webhook(url=URL, watched=WATCHED, secret="s3")
    assert linus.list_webhooks() == []
    for reach in (linus.get_webhook, linus.disable_webhook, linus.delete_webhook):
        with pytest.raises(HfHubHTTPError, match="404"):
            reach(made.id)
    assert not ada.get_webhook(made.id).disabled


def test_the_command_line(ada: HfApi, server: Server, client_home: dict[str, str]) -> None:
    hf = Path(sys.executable).with_name("hf")
    env = {**client_home, "HF_ENDPOINT": server.url, "HF_TOKEN": "hf_ada"}
    env |= {"HF_HUB_DISABLE_UPDATE_CHECK": "1", "LANG": os.environ.get("LANG", "C.UTF-8")}

    def run(*words: str) -> str:
        command = [str(hf), "webhooks", *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return done.stdout

    run("create", "--url", URL, "--watch", "org:bears", "--domain", "repo")
    made = ada.list_webhooks()[0]
    assert (made.url, made.domains) == (URL, ["repo"])
    assert made.id in run("ls", "--format", "quiet")
    run("delete", made.id, "--yes")
    assert ada.list_webhooks() == []


def test_a_visitor_has_none(server: Server) -> None:
    assert httpx.get(f"{server.url}/api/settings/webhooks").status_code == 401
