"""The first commit of a repo, made in the transaction that makes the repo."""

from bearhug.errors import TooLarge, Unprocessable
from bearhug.files import store
from bearhug.files.service.attributes import default_attributes
from bearhug.files.service.committing import MAIN, landing_of, pushed, signature
from bearhug.files.service.duplicating import take_over
from bearhug.git import store as git
from bearhug.git.formats import parse_pointer
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
{license}---

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
    """Give the repo its branch main, as the Hub does: a few hundred bytes, built at once.

    Or, as it was asked, all that another repo holds. Raises TooLarge or Unprocessable naming a
    file that cannot be.
    """
    repo, beginning = event.repo, event.beginning
    if beginning.origin is not None:
        take_over(tx, beginning.origin, repo)
        return
    for path, content in beginning.files.items():
        _check(tx, path, content)
    files = first_files(repo, beginning.license) | dict(beginning.files)
    written = initial(files, author=signature(tx), message=TITLE)
    landing = landing_of(tx, repo, MAIN, None, written, {}, TITLE)
    git.create_ref(tx.db, repo.id, MAIN, landing.new)
    stored = tx.hub.git.put(landing.pack)
    pack_id = git.add_pack(tx.db, repo.id, landing.pack, stored=stored, at=tx.now)
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


def first_files(repo: Repo, licence: str = "") -> dict[str, bytes]:
    """What a new repo of this kind holds."""
    attributes = default_attributes(media=repo.kind is RepoKind.DATASET)
    files = {".gitattributes": attributes}
    named = f"license: {licence}\n" if licence else ""
    if repo.kind is RepoKind.SPACE:
        readme = SPACE_README.format(title=repo.name.name, sdk=repo.sdk, license=named)
        files["README.md"] = readme.encode()
    elif licence:
        files["README.md"] = f"---\n{named}---\n".encode()
    if repo.sdk == "static":
        files |= {"index.html": STATIC_INDEX.encode(), "style.css": STATIC_STYLE.encode()}
    return files


def _check(tx: Transaction, path: str, content: bytes) -> None:
    limit = tx.hub.settings.max_inline_bytes
    if len(content) > limit:
        raise TooLarge(f"files: {path} has {len(content)} bytes; over {limit}, commit it by LFS.")
    if parse_pointer(content):
        raise Unprocessable(f"files: {path} names an LFS object, and a new repo has none yet.")
