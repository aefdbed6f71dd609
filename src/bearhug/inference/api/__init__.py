"""Models that answer, as JSON and as streams of events.

common.py       finding a model, asking it, telling what went wrong
bodies.py       what callers may send
openai.py       /v1: chat, completions, models; and their like under a model's own address
responses.py    … and what OpenAI made of chat since; turning.py its words into chat's and back
vectors.py      … embeddings and ranks
speech.py       … recordings to text and back
pictures.py     … pictures
tasks.py        a model's own address, as the Hub's task API; reading.py what it is sent
generation.py   text generation in TGI's shape
standing.py     state, info and health of a model
placing.py      where a model stands, for the page
"""

from starlette.routing import BaseRoute

from bearhug.inference.api import (
    openai,
    pictures,
    placing,
    responses,
    speech,
    standing,
    tasks,
    vectors,
)

routes: list[BaseRoute] = [
    *openai.routes,
    *responses.routes,
    *vectors.routes,
    *speech.routes,
    *pictures.routes,
    *tasks.routes,
    *standing.routes,
    *placing.routes,
]
