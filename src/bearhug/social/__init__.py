"""What people think of repos: likes.

model.py     the words
store.py     rows in and out
service.py   liking, and who likes what
api.py       … as JSON
pages.py     … the button
"""
