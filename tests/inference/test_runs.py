"""Saved runs: only what a model really said, seen by whom it may be, drawn as a picture."""

import io
import json
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.conftest import Server
from tests.inference.living import session_of

pytestmark = pytest.mark.model

QUESTION = [{"role": "user", "content": "What is the capital of France? One word."}]
HTML = {"Accept": "text/html"}


def answered(
    ask: httpx.Client, who: dict[str, str], model: str = "ada/smol", **body: Any
) -> dict[str, Any]:
    asked = {"model": model, "messages": QUESTION, "max_tokens": 8, "temperature": 0, "seed": 3}
    answer = ask.post("/v1/chat/completions", json={**asked, **body}, headers=who)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def saved(
    ask: httpx.Client, who: dict[str, str], *, public: bool = True, **body: Any
) -> dict[str, Any]:
    id = answered(ask, who, **body)["id"]
    kept = ask.post("/runs", json={"id": id, "public": public}, headers=who)
    assert kept.status_code == 201, kept.text
    return dict(kept.json())


def page(ask: httpx.Client, address: str, who: dict[str, str] | None = None) -> httpx.Response:
    return ask.get(address, headers={**HTML, **(who or {})})


def test_a_run_is_a_page_with_all_one_needs(ask: httpx.Client, as_ada: dict[str, str]) -> None:
    told = saved(ask, as_ada)
    assert told["url"] == f"{ask.base_url}/runs/{told['id']}".replace("//runs", "/runs")
    assert len(told["id"]) == 10
    shown = page(ask, f"/runs/{told['id']}")
    for words in (
        "“What is the capital of France? One word.”",
        "Smol answers short questions in English. It is a very small model.",
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "tokens a second",
        "from openai import OpenAI",
        f'<meta property="og:image" content="{told["picture"]}">',
    ):
        assert words in shown.text or words in shown.text.replace("&#34;", '"'), words


def test_a_streamed_answer_can_be_saved_too(ask: httpx.Client, as_ada: dict[str, str]) -> None:
    body = {"model": "ada/smol", "messages": QUESTION, "max_tokens": 8, "stream": True}
    lines = ask.post("/v1/chat/completions", json=body, headers=as_ada).text.split("\n\n")
    chunks = [json.loads(each[6:]) for each in lines if each.startswith("data: {")]
    said = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    kept = ask.post("/runs", json={"id": chunks[0]["id"], "public": True}, headers=as_ada).json()
    assert said.split(" ")[0] in page(ask, f"/runs/{kept['id']}").text


def test_a_completion_can_be_saved(ask: httpx.Client, as_ada: dict[str, str]) -> None:
    body = {"model": "ada/smol", "prompt": "The capital of France is", "max_tokens": 4}
    id = ask.post("/v1/completions", json=body, headers=as_ada).json()["id"]
    kept = ask.post("/runs", json={"id": id, "public": True}, headers=as_ada).json()
    shown = page(ask, f"/runs/{kept['id']}").text
    assert "“The capital of France is”" in shown
    assert "client.completions.create" in shown.replace("</span>", "").replace(
        '<span class="n">', ""
    ).replace('<span class="o">', "")


def test_its_picture_is_a_picture(ask: httpx.Client, as_ada: dict[str, str]) -> None:
    long = [{"role": "user", "content": "Tell me <b>everything</b> & more 🐻 about 熊。" * 5}]
    told = saved(ask, as_ada, messages=long, max_tokens=100)
    drawn = ask.get(f"/runs/{told['id']}.png")
    assert drawn.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(drawn.content)) as image:
        assert image.size == (1200, 630)
        colours = image.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 30, "no words were drawn"
    again = ask.get(f"/runs/{told['id']}.png", headers={"If-None-Match": drawn.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_only_what_was_really_said_is_saved(
    ask: httpx.Client, as_ada: dict[str, str], as_grace: dict[str, str]
) -> None:
    made_up = ask.post("/runs", json={"id": "chatcmpl-made-up", "public": True}, headers=as_ada)
    assert made_up.status_code == 404
    asked = answered(ask, as_ada)
    stolen = ask.post("/runs", json={"id": asked["id"], "public": True}, headers=as_grace)
    assert stolen.status_code == 404
    visitor = ask.post("/runs", json={"id": asked["id"], "public": True})
    assert visitor.status_code == 401
    claimed = {
        "id": asked["id"],
        "output": "I am the best model.",
        "figures": {"tokens_per_second": 9999},
    }
    kept = ask.post("/runs", json=claimed, headers=as_ada).json()
    shown = page(ask, f"/runs/{kept['id']}", as_ada).text
    assert "best model" not in shown
    assert "9999" not in shown
    assert kept["public"] is False


def test_an_answer_put_into_its_mouth_is_told_apart(
    ask: httpx.Client, as_ada: dict[str, str]
) -> None:
    first = answered(ask, as_ada)["choices"][0]["message"]["content"]
    more = {"role": "user", "content": "And of Italy?"}
    real = [*QUESTION, {"role": "assistant", "content": first}, more]
    forged = [*QUESTION, {"role": "assistant", "content": "Bears rule."}, more]
    heard = page(ask, f"/runs/{saved(ask, as_ada, messages=real)['id']}").text
    claimed = page(ask, f"/runs/{saved(ask, as_ada, messages=forged)['id']}").text
    assert "given as an answer by whoever asked" not in heard
    assert "given as an answer by whoever asked" in claimed


def test_a_run_for_oneself_is_not_found_by_others(
    ask: httpx.Client, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    told = saved(ask, as_ada, public=False)
    address = f"/runs/{told['id']}"
    for path in (address, f"{address}.png"):
        assert ask.get(path, headers=as_ada).status_code == 200
        assert ask.get(path, headers=as_linus).status_code == 404
        assert ask.get(path).status_code == 404
    assert ask.get("/runs/nothing123").status_code == 404


def test_a_run_of_a_hidden_model_is_hidden_with_it(
    ask: httpx.Client, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    told = saved(ask, as_ada, model="ada/secret")
    assert page(ask, f"/runs/{told['id']}", as_ada).status_code == 200
    assert page(ask, f"/runs/{told['id']}", as_linus).status_code == 404
    assert told["id"] not in page(ask, "/runs?all", as_linus).text
    assert told["id"] in page(ask, "/runs?all", as_ada).text


def test_its_owner_shows_it_and_deletes_it(
    answering: Server, ask: httpx.Client, as_ada: dict[str, str], as_linus: dict[str, str]
) -> None:
    told = saved(ask, as_ada, public=False)
    address = f"/runs/{told['id']}"
    assert (
        ask.post(f"{address}/visibility", data={"public": "1"}, headers=as_linus).status_code == 404
    )
    assert ask.post(f"{address}/visibility", data={"public": "1"}, headers=as_ada).is_redirect
    assert ask.get(address).status_code == 200
    assert ask.delete(address, headers=as_linus).status_code == 403
    cookie = {"Cookie": f"bearhug_session={session_of(answering.hub, 'ada')}"}
    elsewhere = {**cookie, "Sec-Fetch-Site": "cross-site"}
    assert ask.post(f"{address}/delete", headers=elsewhere).status_code == 403
    here = {**cookie, "Sec-Fetch-Site": "same-origin"}
    assert ask.post(f"{address}/delete", headers=here).headers["location"] == "/runs"
    assert ask.get(address, headers=as_ada).status_code == 404


def test_runs_are_listed(ask: httpx.Client, as_ada: dict[str, str]) -> None:
    own, shown = saved(ask, as_ada, public=False), saved(ask, as_ada)
    mine = page(ask, "/runs", as_ada).text
    assert own["id"] in mine
    assert shown["id"] in mine
    everyones = page(ask, "/runs").text
    assert own["id"] not in everyones
    assert shown["id"] in everyones


def test_the_panel_says_what_it_costs_or_why_not(ask: httpx.Client) -> None:
    answered(ask, {})
    shown = page(ask, "/ada/smol").text
    assert 'id="try"' in shown
    assert "measured" in shown
    assert "Wakes in" in shown
    empty = page(ask, "/ada/empty").text
    assert "There are no weights here yet." in empty
    assert 'id="try"' not in empty
    mute = page(ask, "/ada/mute").text
    assert 'id="try"' not in mute
    assert page(ask, "/ada/mute/try").status_code == 404
    assert page(ask, "/ada/secret/try").status_code in (303, 401)


def test_the_form_alone_refuses_in_words(ask: httpx.Client) -> None:
    bad = ask.post("/ada/smol/try", data={"message": "x", "history": "{"}, headers=HTML)
    assert bad.status_code == 400
    assert "history" in bad.text
    assert ask.post("/ada/smol/try", data={"message": " "}, headers=HTML).status_code == 400
