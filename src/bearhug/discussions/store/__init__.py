"""Rows of discussions in and out.

talks.py     a discussion or pull request, and lists of them
events.py    what happened in one: comments, edits, reactions
notices.py   who is told of what
"""
