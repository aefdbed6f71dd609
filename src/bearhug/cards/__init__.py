"""Cards: the README and metadata of a repo, read into columns and rendered into pages.

model.py         the words: Card, Example
tasks.py         the tasks of the Hub, their words and colours
front_matter.py  YAML between two lines of dashes, from strangers
prose.py         what a card says first, in two or three sentences
gathering.py     what the files of a repo say, out of git
reading.py       task, library, tags and facets of all that, by the rules of
                 formats.py · libraries.py · pipelines.py · tagging.py · apps.py
evaluations.py   what evaluations found
widgets.py       what one may try a model with, in the languages of tongues.py
headers.py       what weights say of themselves
render.py        Markdown to HTML that may stand in a page of ours
store.py         rows in and out, the search index among them
service.py       card, examples, html; what happens when somebody pushes
jobs.py          reading the weights
"""
