"""Cards: the README and metadata of a repo, read into columns and rendered into pages.

model.py         the words: Card, Example
tasks.py         the tasks of the Hub, their words and colours
front_matter.py  YAML between two lines of dashes, from strangers
prose.py         what a card says first, in two or three sentences
reading.py       task, library, tags: from front matter, config and the names of files
headers.py       what weights say of themselves
render.py        Markdown to HTML that may stand in a page of ours
store.py         rows in and out, the search index among them
service.py       card, examples, html; what happens when somebody pushes
jobs.py          reading the weights
"""
