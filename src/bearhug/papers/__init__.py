"""Papers that cards of this hub name: what is known of them here, and what cites them.

model.py      the words
citing.py     BibTeX and arXiv numbers, read from a card
store.py      rows in and out
service.py    finding, searching, and reading a card's citations
api.py        … as JSON and Markdown
pages.py      … as HTML

A paper is here once the card of a repo one may see names it (the tag `arxiv:…`, which `cards`
makes of links too). Its title is what such a card's BibTeX gives; its abstract lives at arXiv.
"""
