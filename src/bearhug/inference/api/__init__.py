"""Models that answer, as JSON and as streams of events.

common.py       finding a model, asking it, telling what went wrong
bodies.py       what callers may send
openai.py       /v1 and its like under a model's own address
generation.py   text generation in TGI's shape
tasks.py        … at a model's address, as the Hub's task API
placing.py      where a model stands, for the page
"""

from starlette.routing import BaseRoute

from bearhug.inference.api import openai, placing, tasks

routes: list[BaseRoute] = [*openai.routes, *tasks.routes, *placing.routes]
