"""What `files` asks of pull requests: `hub.rooms["pull_requests"]` (files.service.permits)."""

from bearhug.discussions.model import TITLE_CHARS, TalkClosed, Wish
from bearhug.discussions.service import refs, rights
from bearhug.discussions.service.talking import enter
from bearhug.files.model import Proposal
from bearhug.hub import Transaction
from bearhug.repos.model import Repo


class PullRequests:
    """A pull request's ref is its author's while it is open, and the repo's writers' always."""

    def may_push(self, tx: Transaction, repo: Repo, ref: str) -> bool:
        discussion = refs.of_ref(tx, repo, ref)
        if discussion is None:
            return False
        if rights.decides(tx.actor, repo):
            return True
        mine = discussion.is_by(tx.actor.user_id) and discussion.status.is_open
        return mine and self.may_open(tx, repo)

    def may_open(self, tx: Transaction, repo: Repo) -> bool:
        return rights.may_speak(tx.actor, repo)

    def open(self, tx: Transaction, repo: Repo, base: str, proposal: Proposal) -> int:
        if not repo.talk:
            raise TalkClosed
        wish = Wish(proposal.title, proposal.body, base=base)
        return enter(tx, repo, wish, title=proposal.title[: TITLE_CHARS[1]]).num
