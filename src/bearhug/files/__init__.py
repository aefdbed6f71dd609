"""Files: trees, revisions, commits, uploads and downloads.

model.py     the words: Snapshot, Node, what a commit does, the events
store.py     which repo owns which object, uploads in progress, the feed of commits
service/     reading · committing · refs · objects · attributes · starting
api.py       … as JSON
wire.py      resolve, raw and LFS, in bytes
pages        … as pages
"""
