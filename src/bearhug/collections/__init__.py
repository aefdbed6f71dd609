"""Collections: what people gather, in order and with notes: repos, papers, other collections.

model.py      the words
store/        rows in and out
service/      finding, making, changing, filling
api.py        … as JSON
pages/        … as HTML
"""
