"""The first commit of a repo, made in the transaction that makes the repo."""

from bearhug.files import store
from bearhug.files.service.attributes import default_attributes
from bearhug.files.service.committing import MAIN, landing_of, pushed, signature
from bearhug.git import store as git
from bearhug.git.writing import initial
from bearhug.hub import Transaction
from bearhug.repos.model import Repo, RepoCreated, RepoKind

TITLE = "initial commit"

SPACE_README = """---
title: {title}
emoji: 🐻
colorFrom: yellow
colorTo: gray
sdk: {sdk}
pinned: false
---

A Space. Its files say what it does.
"""
STATIC_INDEX = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>My static Space</title>
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <main>
      <h1>Welcome to your static Space</h1>
      <p>Change this page: it is <code>index.html</code> in the Files tab.</p>
    </main>
  </body>
</html>
"""
STATIC_STYLE = """body {
  font: 1rem/1.6 system-ui, sans-serif;
  margin: 3rem auto;
  max-width: 40rem;
  padding: 0 1rem;
}
"""


def on_repo_created(tx: Transaction, event: RepoCreated) -> None:
    """Give the repo its branch main, as the Hub does: a few hundred bytes, built at once."""
    repo = event.repo
    written = initial(first_files(repo), author=signature(tx), message=TITLE)
    landing = landing_of(tx, repo, MAIN, None, written, {}, TITLE)
    git.create_ref(tx.db, repo.id, MAIN, landing.new)
    pack_id = git.add_pack(tx.db, repo.id, landing.pack, stored=False, at=tx.now)
    git.add_blobs(tx.db, repo.id, landing.blobs)

    store.add_commit(
        tx.db,
        repo.id,
        oid=landing.new,
        ref=MAIN,
        title=TITLE,
        author_id=tx.actor.user_id,
        at=tx.now,
    )
    store.grow(tx.db, repo.id, landing.pack.size)
    pushed(tx, repo, MAIN, None, landing.new, TITLE)
    tx.after(lambda: tx.hub.git.note(repo.id, pack_id, landing.pack))


def first_files(repo: Repo) -> dict[str, bytes]:
    """What a new repo of this kind holds."""
    attributes = default_attributes(media=repo.kind is RepoKind.DATASET)
    files = {".gitattributes": attributes}
    if repo.kind is RepoKind.SPACE:
        readme = SPACE_README.format(title=repo.name.name, sdk=repo.sdk)
        files["README.md"] = readme.encode()
    if repo.sdk == "static":
        files |= {"index.html": STATIC_INDEX.encode(), "style.css": STATIC_STYLE.encode()}
    return files
