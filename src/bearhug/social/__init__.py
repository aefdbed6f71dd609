"""What people think of repos and of each other: likes and follows.

model.py     the words
store.py     rows in and out
service.py   liking and following, and who likes and follows what
lines.py     repos and people as the lines of a list, for pages that gather them
api.py       … as JSON
pages.py     … the buttons
"""
