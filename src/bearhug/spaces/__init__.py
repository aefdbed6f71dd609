"""Spaces: what each is to run with, kept until it runs, and what is true of it now.

model.py     the words: Stage, Runtime, Volume, Entry
store.py     rows in and out
service.py   settings, variables and secrets; `runtime` says how a Space is
api.py       … as JSON, for huggingface_hub
pages.py     variables and secrets, for people
"""
