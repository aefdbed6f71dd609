"""Files as pages, for people.

place.py      where in a repo a page is
tree.py       a folder; going to a file
blob.py       one file, with source.py its colours and weights.py its header
history.py    commits, one commit, two revisions beside each other
editing.py    a new file, a changed one, one less
uploading.py  files brought in
branches.py   branches and tags
making.py     a new model, dataset or Space
"""

from bearhug.files.pages import blob, branches, editing, history, making, tree, uploading

routes = [
    *making.routes,
    *tree.routes,
    *blob.routes,
    *history.routes,
    *editing.routes,
    *uploading.routes,
    *branches.routes,
]
