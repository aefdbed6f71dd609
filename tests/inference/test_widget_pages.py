"""What a widget's page proposes and sends, before any model is asked."""

import pytest
from starlette.testclient import TestClient

from bearhug.cards.model import Card, Example
from bearhug.cards.tongues import WORDS
from bearhug.cards.widgets import proposals as proposed
from bearhug.files import service as files
from bearhug.files.model import Add, Proposal
from bearhug.hub import Hub
from bearhug.inference.pages.forms import FORMS, form_of
from bearhug.inference.pages.proposing import body_of, local, proposals, shown
from bearhug.inference.task_snippets import task_snippets
from bearhug.inference.tasks import TASKS, Sent
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind
from tests.conftest import person

PICTURE = "iVBORw0KGgo="


@pytest.fixture
def repo(hub: Hub) -> Repo:
    return hub.write_as(person(hub, "ada"), repos.create, RepoKind.MODEL, "bert")


@pytest.mark.parametrize("task", [name for name in FORMS if name in TASKS])
def test_each_form_s_fields_are_ones_that_its_task_takes(task: str) -> None:
    form = FORMS[task]
    names = {each.name for each in (*form.fields, *form.settings)}
    parameters = {name.removeprefix("parameters.").partition(".")[0] for name in names
                  if not name.startswith("inputs")}  # fmt: skip
    rules = set(TASKS[task].rules)
    assert parameters - {"candidate_labels", "prompt"} <= rules


@pytest.mark.parametrize("language", WORDS)
def test_every_language_proposes_what_its_tasks_take(repo: Repo, language: str) -> None:
    for task, form in FORMS.items():
        card = Card(metadata={"language": language}, pipeline_tag=task)
        for each in proposals(repo, form, proposed(card)):
            if task in TASKS:
                TASKS[task].reads(Sent(body_of(form, each.fills)))


def test_a_card_s_language_chooses_the_words(repo: Repo) -> None:
    form = FORMS["question-answering"]
    card = Card(metadata={"language": ["xx", "de-CH"]}, pipeline_tag="question-answering")
    [first] = proposals(repo, form, proposed(card))
    assert first.fills["inputs.question"] == "Was jagen Eisbären?"


def test_examples_files_are_this_hub_s_or_none(repo: Repo) -> None:
    assert local(repo, "a b.png") == "/ada/bert/resolve/main/a%20b.png"
    there = "https://huggingface.co/datasets/x/y/resolve/main/tiger.jpg"
    assert local(repo, there) == "/datasets/x/y/resolve/main/tiger.jpg"
    assert local(repo, "https://elsewhere.example/tiger.jpg") == ""
    listed = [Example("A", src="a.png"), Example("B", src="https://elsewhere.example/b.png")]
    assert [each.title for each in proposals(repo, FORMS["object-detection"], listed)] == ["A"]


def test_a_table_is_columns_however_a_card_writes_it(repo: Repo) -> None:
    columns = {"Bear": ["Sun", "Polar"], "Kg": ["65", "450"]}
    for table in (columns, {"data": columns}, [["Bear", "Kg"], ["Sun", 65], ["Polar", 450]]):
        example = Example("T", fields={"structured_data": table})
        [found] = proposals(repo, FORMS["tabular-regression"], [example])
        assert found.fills["inputs.data"] == columns


def test_what_a_card_says_its_examples_answer(repo: Repo) -> None:
    assert shown(repo, [{"label": "x", "score": 0.5}, {"score": 1}, "odd"]).labels == [("x", 0.5)]
    assert shown(repo, {"answer": "seals", "score": 0.9}).text == "seals"
    assert shown(repo, {"url": "out.png"}).url == "/ada/bert/resolve/main/out.png"
    assert not shown(repo, {"url": "https://elsewhere.example/x.png"}).said
    assert not shown(repo, 5).said


def test_translators_of_many_tongues_ask_which() -> None:
    plain, many = form_of("translation", "marian"), form_of("translation", "nllb")
    assert plain is not None
    assert many is not None
    assert [each.name for each in many.fields[1:]] == ["parameters.src_lang", "parameters.tgt_lang"]
    assert ("deu_Latn", "German") in many.fields[1].options
    assert len(plain.fields) == 1
    assert form_of("robotics") is None


@pytest.mark.parametrize("task", FORMS)
def test_code_is_written_for_every_task_and_python_can_read_it(task: str) -> None:
    body = body_of(FORMS[task], {"inputs": 'it\'s "x"', "inputs.question": "why $?"})
    found = {each.id: each.code for each in task_snippets("http://hub", "ada/bert", task, body)}
    compile(found["python"], "snippet", "exec")
    assert all("http://hub" in code for code in found.values())
    assert {"python", "javascript", "curl"} <= set(found)


def test_the_hub_writes_the_code_for_what_the_form_holds(hub: Hub, client: TestClient) -> None:
    ada = person(hub, "ada")
    hub.write_as(ada, repos.create, RepoKind.MODEL, "eyes")
    card = b"---\npipeline_tag: visual-question-answering\n---\n"
    add = Proposal((Add("README.md", card),), "x")
    files.commit_now(hub, ada, RepoKind.MODEL, "ada/eyes", add)
    body = {"inputs": {"image": {"$file": "<b>.png"}, "question": "What?"}}
    told = client.post("/ada/eyes/try/code", json=body)
    assert told.status_code == 200
    assert "visual_question_answering" in told.text
    assert "&lt;b&gt;.png" in told.text
    assert client.post("/ada/eyes/try/code", content=b"{").status_code == 400
    assert client.post("/ada/eyes/try/code", json=[1]).status_code == 400
    assert client.post("/ada/none/try/code", json=body).status_code == 401
    assert client.post("/ada/eyes/try/code", json={"inputs": "x" * 70_000}).status_code == 413
