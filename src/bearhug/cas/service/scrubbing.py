"""Reading every xorb over again, slowly: what rots on a disk is known before it is asked for."""

import json
import time

from bearhug.cas.model import Finding
from bearhug.cas.service.checking import xorb_findings
from bearhug.cas.store import checking as rows
from bearhug.cas.store import sweeping
from bearhug.db.secrets import kept_secret, replace_secret
from bearhug.hub import Hub, Transaction

JOB = "cas.scrub"
EVERY_SECONDS = 3600
EACH_DAYS = 30
"""Every xorb is read over this often, if there is time for all."""

MOST_SECONDS = 60.0
"""Of an hour: disk and processor are for those who wait."""

_DAMAGED = "damaged_xorbs"


def scrub(hub: Hub, *, seconds: float = MOST_SECONDS) -> list[Finding]:
    """Read over the xorbs that nobody did for longest; what is damaged. Slow."""
    began, before = time.monotonic(), hub.clock() - EACH_DAYS * 24 * 3600 * 1000
    found: list[Finding] = []
    while time.monotonic() - began < seconds:
        id = hub.db.read(lambda db: rows.longest_unchecked(db, before))
        if id is None:
            break
        wrong = xorb_findings(hub, id)
        hub.write(_note, id, [str(each) for each in wrong])
        found += wrong
    return found


def damaged(tx: Transaction) -> dict[str, str]:
    """What is known to be, in words, by the xorb's number; until it is read again and whole."""
    kept: dict[str, str] = json.loads(kept_secret(tx.db, _DAMAGED) or b"{}")
    return {id: words for id, words in kept.items() if rows.is_there(tx.db, int(id))}


def schedule(tx: Transaction) -> None:
    """See to it that the scrub goes on every hour."""
    if not sweeping.is_due(tx.db, JOB, tx.now):
        tx.later(JOB, delay_seconds=EVERY_SECONDS)


def _note(tx: Transaction, xorb_id: int, words: list[str]) -> None:
    rows.note_checked(tx.db, xorb_id, tx.now)
    known = damaged(tx)
    after = {id: each for id, each in known.items() if id != str(xorb_id)}
    if words:
        after[str(xorb_id)] = "; ".join(words)
    if after != known:
        replace_secret(tx.db, _DAMAGED, json.dumps(after).encode())
