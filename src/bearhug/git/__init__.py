"""Git repositories: packs and refs are rows; a bare repository on disk is only their cache.

formats.py      objects, packs and LFS pointers, as bytes
store.py        refs, packs and blob sizes, as rows
cache.py        this node's disposable bare repositories, each a clone.py
repository.py   reading one repository at one moment, by trees.py, history.py, diff.py
writing.py      commits and tags, built in memory
merging.py      one line of commits into another
compact.py      many small packs into one
packets.py      git's wire protocol
quarantine.py   what a push brings, until it has been looked through
native.py       running git itself
"""

from bearhug.git.cache import GitCache
from bearhug.git.formats import Pack, Pointer, Signature
from bearhug.git.repository import Repository
from bearhug.git.writing import Change, Written, edit

__all__ = [
    "Change",
    "GitCache",
    "Pack",
    "Pointer",
    "Repository",
    "Signature",
    "Written",
    "edit",
]
