"""Repos: the models, datasets and Spaces of the hub, and who may see and change them.

model.py     the words: RepoKind, RepoName, Repo, Access, the events
store.py     rows in and out
service.py   what people do with repos; `find` and `can` decide for every door
api.py       … as JSON, for huggingface_hub
pages.py     … as pages, for people
"""
