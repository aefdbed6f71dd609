"""Files as pages, for people.

place.py      where in a repo a page is
tree.py       a folder; going to a file
blob.py       one file, with source.py its colours and weights.py its header
history.py    commits, one commit, two revisions beside each other
editing.py    a new file, a changed one, one less
uploading.py  files brought in
branches.py   branches and tags
large.py      what LFS keeps, and deleting it for good
duplicating.py  a copy of a repo
making.py     a new model, dataset, Space or kernel
"""

from bearhug.files.pages import (
    blob,
    branches,
    duplicating,
    editing,
    history,
    large,
    making,
    tree,
    uploading,
)

routes = [
    *making.routes,
    *tree.routes,
    *blob.routes,
    *history.routes,
    *editing.routes,
    *uploading.routes,
    *branches.routes,
    *large.routes,
    *duplicating.routes,
]
