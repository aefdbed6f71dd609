"""Gates: who asks, who is let in, and what their owners are told; by HfApi and by the pages."""

import csv
import io
from typing import Any

import pytest
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError
from starlette.testclient import TestClient

from bearhug.hub import Hub
from bearhug.repos import service as repos
from bearhug.repos.model import RepoKind
from tests.conftest import Server, person
from tests.repos_of import make_repo, push
from tests.web.test_who_may_what import _SESSION, digest

ADA = {"Authorization": "Bearer hf_ada"}
GRACE = {"Authorization": "Bearer hf_grace"}
LINUS = {"Authorization": "Bearer hf_linus"}
API = "/api/models/ada/gated"
FILE = "/ada/gated/resolve/main/notes.txt"
CARD = """---
extra_gated_heading: Tell us who you are
extra_gated_prompt: Do **no** harm.
extra_gated_description: For science.
extra_gated_button_content: I agree
extra_gated_fields:
  Company: text
  Country: country
  Birthday: date_picker
  Where from: ip_location
  Purpose:
    type: select
    options: [Research, {label: Something else, value: other}]
  No harm: checkbox
  Odd: {type: nonsense}
---
# Gated
"""
ANSWERS = {
    "Company": "Kernel & Sons",
    "Country": "FI",
    "Birthday": "1969-12-28",
    "Purpose": "other",
    "No harm": "true",
}


@pytest.fixture
def gated(hub: Hub) -> None:
    make_repo(hub, "gated", {"notes.txt": "quince"})
    set_gate(hub, "manual")


def set_gate(hub: Hub, gate: str) -> None:
    ada = person(hub, "ada")
    hub.write_as(ada, repos.change_settings, RepoKind.MODEL, "ada/gated", gated=gate)


def ask(client: TestClient, who: dict[str, str], data: dict[str, str] | None = None) -> Any:
    return client.post("/ada/gated/ask-access", data=data, headers=who, follow_redirects=False)


def decide(client: TestClient, user: str, status: str, **more: str) -> Any:
    body = {"user": user, "status": status, **more}
    return client.post(f"{API}/user-access-request/handle", json=body, headers=ADA)


def requests(client: TestClient, status: str) -> Any:
    return client.get(f"{API}/user-access-request/{status}", headers=ADA).json()


def test_who_asks_at_an_open_gate_is_in_at_once(client: TestClient, hub: Hub, gated: None) -> None:
    set_gate(hub, "auto")
    assert client.get(FILE, headers=LINUS).status_code == 403
    answer = ask(client, LINUS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ada/gated")
    assert client.get(FILE, headers=LINUS).text == "quince"
    (request,) = requests(client, "accepted")
    assert request["user"]["user"] == "linus"
    assert request["user"]["email"] == "linus@bears.example"
    assert "fields" not in request


def test_at_a_manual_gate_one_waits(client: TestClient, gated: None) -> None:
    ask(client, LINUS)
    assert client.get(FILE, headers=LINUS).status_code == 403
    assert [each["status"] for each in requests(client, "pending")] == ["pending"]
    assert decide(client, "linus", "accepted").status_code == 200
    assert client.get(FILE, headers=LINUS).text == "quince"
    assert decide(client, "linus", "pending").status_code == 200
    assert client.get(FILE, headers=LINUS).status_code == 403


def test_who_was_refused_is_told_why_and_may_not_ask_again(client: TestClient, gated: None) -> None:
    ask(client, LINUS)
    decide(client, "linus", "rejected", rejectionReason="We do not know you.")
    page = client.get("/ada/gated", headers={**LINUS, "Accept": "text/html"}).text
    assert "rejected by the repo's authors" in page.replace("&#39;", "'")
    assert "We do not know you." in page
    assert ask(client, LINUS).status_code == 403
    cancel = client.post(f"{API}/user-access-request/cancel", headers=LINUS)
    assert cancel.status_code == 403
    assert requests(client, "pending") == []


def test_one_takes_a_request_back(client: TestClient, gated: None) -> None:
    ask(client, LINUS)
    answer = client.post("/ada/gated/ask-access/cancel", headers=LINUS, follow_redirects=False)
    assert answer.headers["location"] == "/ada/gated"
    assert requests(client, "pending") == []
    assert client.post(f"{API}/user-access-request/cancel", headers=LINUS).status_code == 404


def test_a_visitor_signs_in_first(client: TestClient, gated: None) -> None:
    answer = client.post(
        "/ada/gated/ask-access", headers={"Accept": "text/html"}, follow_redirects=False
    )
    assert answer.status_code == 401
    page = client.get("/ada/gated", headers={"Accept": "text/html"}).text
    assert "/login?next=/ada/gated" in page


def test_a_form_asks_what_the_card_says(client: TestClient, hub: Hub, gated: None) -> None:
    repo = hub.read_as(person(hub, "ada"), repos.find, RepoKind.MODEL, "ada/gated")
    push(hub, repo, {"README.md": CARD})
    page = client.get("/ada/gated", headers={**LINUS, "Accept": "text/html"}).text
    for words in ("Tell us who you are", "Do <strong>no</strong> harm", "For science", "I agree"):
        assert words in page
    assert 'value="FI"' in page
    assert "Odd" not in page.partition('id="gate"')[2].partition("</section>")[0]

    empty = ask(client, LINUS, {"Company": "x"})
    assert empty.status_code == 422
    assert "Choose one of the list" not in empty.text
    assert empty.text.count("asked of everybody") == 3
    wrong = ask(client, LINUS, {**ANSWERS, "Country": "XX", "Birthday": "yesterday"})
    assert "Choose one of the list" in wrong.text
    assert "2026-01-31" in wrong.text
    assert requests(client, "pending") == []

    assert ask(client, LINUS, {**ANSWERS, "Other": "ignored"}).status_code == 303
    (request,) = requests(client, "pending")
    assert request["fields"] == {**ANSWERS, "Where from": "testclient"}


def test_answers_may_come_as_json(client: TestClient, hub: Hub, gated: None) -> None:
    repo = hub.read_as(person(hub, "ada"), repos.find, RepoKind.MODEL, "ada/gated")
    push(hub, repo, {"README.md": CARD})
    sent = {**ANSWERS, "No harm": True}
    answer = client.post("/ada/gated/ask-access", json=sent, headers=LINUS, follow_redirects=False)
    assert answer.status_code == 303
    assert client.post("/ada/gated/ask-access", json=[1], headers=GRACE).status_code == 400


def test_readers_of_an_organisation_ask_too_and_writers_need_not(
    client: TestClient, hub: Hub
) -> None:
    make_repo(hub, "gated", {"notes.txt": "quince"}, owner="bears", private=True)
    ada = person(hub, "ada")
    hub.write_as(ada, repos.change_settings, RepoKind.MODEL, "bears/gated", gated="auto")
    path = "/bears/gated/resolve/main/notes.txt"
    assert client.get(path, headers=ADA).status_code == 200
    assert client.get(path, headers=GRACE).headers["X-Error-Code"] == "GatedRepo"
    assert client.get(path, headers=LINUS).headers["X-Error-Code"] == "RepoNotFound"
    client.post("/bears/gated/ask-access", headers=GRACE)
    assert client.get(path, headers=GRACE).status_code == 200


def test_the_report_has_everybody(client: TestClient, hub: Hub, gated: None) -> None:
    repo = hub.read_as(person(hub, "ada"), repos.find, RepoKind.MODEL, "ada/gated")
    push(hub, repo, {"README.md": CARD})
    ask(client, LINUS, {**ANSWERS, "Company": "=HYPERLINK()"})
    client.post(f"{API}/user-access-request/grant", json={"user": "grace"}, headers=ADA)
    rows = client.get("/ada/gated/user-access-report", headers=ADA).json()
    assert [(row["user"], row["status"], row["email"]) for row in rows] == [
        ("linus", "pending", "linus@bears.example"),
        ("grace", "accepted", None),
    ]
    answer = client.get("/ada/gated/user-access-report?format=csv", headers=ADA)
    assert "user-access-report-ada-gated.csv" in answer.headers["Content-Disposition"]
    (first, second) = csv.DictReader(io.StringIO(answer.text))
    assert (first["user"], first["Company"], second["user"]) == ("linus", "'=HYPERLINK()", "grace")
    assert client.get("/ada/gated/user-access-report", headers=LINUS).status_code == 403


def test_owners_decide_on_a_page(client: TestClient, gated: None) -> None:
    ask(client, LINUS)
    base = "/ada/gated/settings/access"
    page = client.get(base, headers=ADA).text
    assert "linus@bears.example" in page
    accepted = {"user": "linus", "status": "accepted", "from": "pending"}
    client.post(f"{base}/handle", data=accepted, headers=ADA)
    assert client.get(FILE, headers=LINUS).status_code == 200
    client.post(f"{base}/grant", data={"user": "grace"}, headers=ADA)
    assert client.get(FILE, headers=GRACE).status_code == 200
    nobody = client.post(f"{base}/grant", data={"user": "nobody-here"}, headers=ADA)
    assert (nobody.status_code, "Nobody here by that name" in nobody.text) == (404, True)
    listed = client.get(f"{base}?status=accepted", headers=ADA).text
    assert "linus" in listed
    assert "grace@bears.example" not in listed
    client.post(f"{base}/gate", data={"gated": ""}, headers=ADA)
    assert client.get(FILE).status_code == 200
    for who, status in ((LINUS, 403), (GRACE, 403), ({}, 401)):
        assert client.get(base, headers=who).status_code == status


def test_one_decision_for_many(client: TestClient, gated: None) -> None:
    ask(client, LINUS)
    ask(client, GRACE)
    body = {"status": "accepted", "requests": [{"user": n} for n in ("linus", "grace", "nobody")]}
    answer = client.post(f"{API}/user-access-request/batch", json=body, headers=ADA)
    assert [each["success"] for each in answer.json()] == [True, True, False]
    refused = client.post(f"{API}/user-access-request/batch", json=body, headers=LINUS)
    assert refused.status_code == 403


def test_pages_of_requests(client: TestClient, gated: None) -> None:
    ask(client, LINUS)
    ask(client, GRACE)
    first = client.get(f"{API}/user-access-request/pending?limit=1", headers=ADA)
    second = client.get(first.links["next"]["url"], headers=ADA)
    names = [answer.json()[0]["user"]["user"] for answer in (first, second)]
    assert sorted(names) == ["grace", "linus"]
    assert "next" not in second.links


def test_statuses_of_refusals(client: TestClient, hub: Hub, gated: None) -> None:
    grant = f"{API}/user-access-request/grant"
    assert decide(client, "linus", "accepted").status_code == 404
    assert decide(client, "nobody", "accepted").status_code == 404
    assert client.post(grant, json={"user": "nobody"}, headers=ADA).status_code == 404
    assert client.post(grant, json={"user": "linus"}, headers=ADA).status_code == 200
    assert client.post(grant, json={"user": "linus"}, headers=ADA).status_code == 400
    assert client.post(grant, json={"user": "ada"}, headers=ADA).status_code == 400
    assert decide(client, "linus", "accepted").status_code == 404
    assert decide(client, "linus", "nonsense").status_code == 400
    assert client.get(f"{API}/user-access-request/pending", headers=LINUS).status_code == 403
    set_gate(hub, "")
    assert client.get(f"{API}/user-access-request/pending", headers=ADA).status_code == 400
    assert ask(client, GRACE).status_code == 400


def test_one_sees_ones_own_requests(client: TestClient, hub: Hub, gated: None) -> None:
    ask(client, LINUS)
    assert client.get("/settings/gated-repos", headers=LINUS).status_code == 403  # not by token
    signed_in(hub, "linus")
    page = client.get("/settings/gated-repos", headers={"Cookie": "bearhug_session=linus-here"})
    assert "ada/gated" in page.text
    assert "pending" in page.text


def signed_in(hub: Hub, name: str) -> None:
    ids = {"ada": 1, "grace": 2, "linus": 3}

    def add(tx: Any) -> None:
        lives = {"user_agent": "", "address": "", "created_at": tx.now}
        lives |= {"seen_at": tx.now, "expires_at": tx.now + 10**9}
        tx.db.one(_SESSION, sha256=digest(f"{name}-here"), user_id=ids[name], **lives)

    hub.write(add)


def test_the_clients_own_calls(
    server: Server, gated: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", server.url)  # these calls take no other
    api = HfApi(server.url, token="hf_ada")
    with pytest.raises(GatedRepoError, match="not in the authorized list"):
        HfApi(server.url, token="hf_linus").auth_check("ada/gated")
    assert list(api.list_pending_access_requests("ada/gated")) == []
    api.grant_access("ada/gated", "linus")
    HfApi(server.url, token="hf_linus").auth_check("ada/gated")
    (request,) = api.list_accepted_access_requests("ada/gated")
    assert (request.username, request.email, request.status) == ("linus", None, "accepted")
    api.cancel_access_request("ada/gated", request_id=request.request_id)
    api.reject_access_request("ada/gated", "linus", rejection_reason="No.")
    with pytest.raises(HfHubHTTPError, match="404"):
        api.reject_access_request("ada/gated", "linus", rejection_reason="No.")
    assert len(list(api.list_rejected_access_requests("ada/gated"))) == 1
