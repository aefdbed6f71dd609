"""What clients learn of others' chunks: with all of the hub's compared, or owners kept apart."""

import random
from dataclasses import replace

import pytest

from bearhug.cas import service as cas
from bearhug.cas.model import Ticket
from bearhug.cas.service.knowing import masked
from bearhug.errors import Unprocessable
from bearhug.hub import Hub
from bearhug.kit.xet import shard
from bearhug.kit.xet.hashes import keyed, split
from bearhug.repos import service as repos
from bearhug.repos.model import Repo, RepoKind, Visibility
from bearhug.storage import lfs_key
from bearhug.xet.incoming import IncomingXorb
from tests.cas.sending import Packed, pack
from tests.cas.test_access import part
from tests.conftest import person

FILE = pack(random.Random(61).randbytes(500_000))
FIRST = FILE.layout.chunk_hashes(0, 1)


@pytest.fixture
def strict(any_hub: Hub) -> Hub:
    settings = any_hub.settings.model_copy(update={"dedup_scope": "owner"})
    return replace(any_hub, settings=settings)


def ticket_for(hub: Hub, who: str, name: str, *, narrow: bool = False) -> Ticket:
    """A write ticket to a new private repo of theirs."""
    actor = person(hub, who)
    owner, _, rest = name.partition("/")
    repo: Repo = hub.write_as(
        actor, repos.create, RepoKind.MODEL, rest, owner=owner, visibility=Visibility.PRIVATE
    )
    return Ticket(repo.id, actor.user_id, writes=True, narrow=narrow)


def post(hub: Hub, ticket: Ticket, packed: Packed) -> bool:
    incoming = IncomingXorb(hub.objects, packed.layout.hash)
    try:
        incoming.feed(packed.body)
        return cas.keep(hub, ticket, incoming)
    finally:
        incoming.close()


def send(hub: Hub, ticket: Ticket, packed: Packed) -> None:
    post(hub, ticket, packed)
    cas.land(hub, ticket, packed.shard())


def granted(hub: Hub, ticket: Ticket) -> bool:
    return hub.write(cas.has_xorb, ticket, FILE.layout.hash)


def test_by_default_a_chunk_is_found_wherever_it_is(any_hub: Hub) -> None:
    send(any_hub, ticket_for(any_hub, "ada", "ada/secret"), FILE)
    linus = ticket_for(any_hub, "linus", "linus/own")
    assert cas.answer(any_hub, linus, FIRST) is not None
    assert granted(any_hub, linus)
    cas.land(any_hub, linus, FILE.shard())


def test_owners_apart_learn_nothing_of_each_other(strict: Hub) -> None:
    send(strict, ticket_for(strict, "ada", "ada/secret"), FILE)
    linus = ticket_for(strict, "linus", "linus/own")
    assert cas.answer(strict, linus, FIRST) is None
    assert not granted(strict, linus)
    assert post(strict, linus, FILE), "as if it were new"
    assert granted(strict, linus), "now they have sent it"
    cas.land(strict, linus, FILE.shard())
    assert strict.objects.get(lfs_key(FILE.sha256)) == FILE.data
    assert len(list(strict.objects.walk("xorbs"))) == 1, "and yet it is stored once"
    assert cas.answer(strict, linus, FIRST) is not None, "of their own file"


def test_stolen_hashes_open_nothing_there(strict: Hub) -> None:
    send(strict, ticket_for(strict, "ada", "ada/secret"), FILE)
    linus = ticket_for(strict, "linus", "linus/own")
    for told in (FILE.shard(), part(FILE, (1, 3)).shard()):
        with pytest.raises(Unprocessable, match="was not uploaded"):
            cas.land(strict, linus, told)
    unknown = pack(b"another" * 9000)
    with pytest.raises(Unprocessable, match="was not uploaded"):
        cas.land(strict, linus, unknown.shard())


def test_what_one_may_read_one_may_refer_to(strict: Hub) -> None:
    send(strict, ticket_for(strict, "ada", "bears/first"), FILE)
    again = ticket_for(strict, "ada", "bears/second")
    assert cas.answer(strict, again, FIRST) is not None, "the same owner's"
    elsewhere = ticket_for(strict, "ada", "ada/third")
    assert cas.answer(strict, elsewhere, FIRST) is None
    grace = replace(again, user_id=person(strict, "grace").user_id)
    cas.land(strict, grace, part(FILE, (0, 2)).shard())  # she reads there, and never sent it


def test_a_narrow_token_knows_its_own_repo_only(strict: Hub) -> None:
    send(strict, ticket_for(strict, "ada", "ada/secret"), FILE)
    narrow = replace(ticket_for(strict, "ada", "ada/other"), narrow=True)
    assert cas.answer(strict, narrow, FIRST) is None
    assert cas.answer(strict, replace(narrow, narrow=False), FIRST) is not None


def test_of_a_shared_xorb_only_known_chunks_are_told(strict: Hub) -> None:
    ada = ticket_for(strict, "ada", "ada/secret")
    post(strict, ada, FILE)
    cas.land(strict, ada, part(FILE, (0, 2)).shard())
    found = cas.answer(strict, ada, FIRST)
    assert found is not None
    key = found[-200 + 72 : -200 + 104]
    ((hash, told),) = shard.parse(found).xorbs
    assert hash == FILE.layout.hash
    true = [keyed(each, key) for each in split(FILE.layout.hashes)]
    assert [one == other for one, other in zip(split(told), true, strict=True)] == [
        number < 2 for number in range(len(true))
    ]
    assert cas.answer(strict, ada, FILE.layout.chunk_hashes(3, 4)) is None


def test_hidden_chunks_betray_no_length() -> None:
    shown = masked(FILE.layout, [(1, 2)])
    true, told = FILE.layout.lengths(), shown.lengths()
    assert (told[1], told[0], sum(told)) == (true[1], true[0], sum(true))
    assert max(told[2:]) - min(told[2:]) <= 1
    assert masked(FILE.layout, [(0, FILE.layout.chunks)]) == FILE.layout


def test_each_user_has_an_address_there(strict: Hub) -> None:
    """What a client remembers of one user's sending is nothing to another's."""
    ticket_for(strict, "ada", "ada/mine")
    ask = (cas.write_access, RepoKind.MODEL, "ada/mine", "main")
    ada = person(strict, "ada")
    assert strict.read_as(ada, *ask, proposing=False).path == f"/cas/g1-u{ada.user_id}"
    reading = strict.read_as(ada, cas.read_access, RepoKind.MODEL, "ada/mine")
    assert reading.path == "/cas/g1"
