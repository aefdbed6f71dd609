from concurrent.futures import ThreadPoolExecutor

from bearhug.db import Connection
from bearhug.git import Pointer, store
from bearhug.git.formats import build_pack, oid_of

from .conftest import Shelf

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
MAIN = "refs/heads/main"


def test_a_ref_moves_only_from_where_it_is_believed_to_be(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")

    def work(db: Connection) -> None:
        assert store.swap_ref(db, repo_id, MAIN, None, ONE)
        assert not store.swap_ref(db, repo_id, MAIN, None, TWO)
        assert not store.create_ref(db, repo_id, MAIN, TWO)
        assert not store.swap_ref(db, repo_id, MAIN, TWO, THREE)
        assert not store.swap_ref(db, repo_id, MAIN, None, None)
        assert not store.swap_ref(db, repo_id, MAIN, TWO, None)
        assert store.swap_ref(db, repo_id, MAIN, ONE, TWO)
        assert store.ref(db, repo_id, MAIN) == store.Ref(MAIN, TWO)
        assert store.swap_ref(db, repo_id, MAIN, TWO, None)
        assert store.ref(db, repo_id, MAIN) is None

    shelf.database.write(work)


def test_of_many_who_move_a_ref_at_once_one_wins(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    shelf.branch(repo_id, MAIN, ONE)

    def swap(number: int) -> bool:
        new = f"{number:040x}"
        return shelf.database.write(lambda db: store.swap_ref(db, repo_id, MAIN, ONE, new))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(swap, range(8))) == 1


def test_refs_are_listed_by_name_with_what_their_tags_mean(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    shelf.branch(repo_id, "refs/tags/v1", ONE, peeled=TWO)
    shelf.branch(repo_id, MAIN, THREE)
    found = shelf.database.read(lambda db: store.refs(db, repo_id))
    assert {name: ref.commit for name, ref in found.items()} == {MAIN: THREE, "refs/tags/v1": TWO}
    assert list(found) == [MAIN, "refs/tags/v1"]
    assert shelf.database.write(lambda db: store.delete_ref(db, repo_id, MAIN))
    assert not shelf.database.write(lambda db: store.delete_ref(db, repo_id, MAIN))


def test_sizes_of_blobs_are_remembered(shelf: Shelf) -> None:
    repo_id = shelf.add("honey")
    pointer = Pointer("ab" * 32, 1 << 40)
    many = [store.Blob(f"{n:040x}", n) for n in range(2500)]

    def work(db: Connection) -> dict[str, store.Blob]:
        store.add_blobs(db, repo_id, [*many, store.Blob(ONE, 130, pointer)])
        store.add_blobs(db, repo_id, [store.Blob(ONE, 0), *many[:3]])
        return store.blobs(db, repo_id, [ONE, TWO, *(blob.oid for blob in many)])

    known = shelf.database.write(work)
    assert known[ONE] == store.Blob(ONE, 130, pointer)
    assert TWO not in known
    assert len(known) == 2501
    assert shelf.database.read(lambda db: store.blobs(db, repo_id, [])) == {}


def test_packs_are_kept_replaced_and_forgotten(shelf: Shelf) -> None:
    repo_id, other = shelf.add("honey"), shelf.add("other")
    packs = [build_pack([(oid_of("blob", b"%d" % n), "blob", b"%d" % n)]) for n in range(4)]

    def fill(db: Connection) -> list[int]:
        store.add_pack(db, other, packs[0], stored=False, at=0)
        return [
            store.add_pack(db, repo_id, pack, stored=n == 1, at=0) for n, pack in enumerate(packs)
        ]

    ids = shelf.database.write(fill)

    def look(db: Connection) -> None:
        rows = store.packs(db, repo_id)
        assert [(row.id, row.sha, row.size, row.count) for row in rows] == [
            (number, pack.sha, pack.size, 1) for number, pack in zip(ids, packs, strict=True)
        ]
        assert store.pack_bytes(db, ids[0]) == (packs[0].data, packs[0].idx)
        assert store.pack_bytes(db, ids[1]) == (None, packs[1].idx)
        assert store.packs_named(db, [packs[0].sha, ONE]) == {packs[0].sha}
        assert store.with_many_packs(db, 4, 10) == [repo_id]

    shelf.database.read(look)

    def swap(db: Connection) -> int | None:
        return store.replace_packs(db, repo_id, ids[:3], packs[3], stored=False, at=1)

    new = shelf.database.write(swap)
    assert shelf.database.write(swap) is None
    left = shelf.database.read(lambda db: store.packs(db, repo_id))
    assert [row.id for row in left] == [ids[3], new]
    assert shelf.database.write(lambda db: store.drop(db, repo_id)) == [packs[3].sha] * 2
    assert shelf.database.read(lambda db: store.packs_named(db, [p.sha for p in packs])) == {
        packs[0].sha
    }


def test_a_copy_is_the_same_repository(shelf: Shelf) -> None:
    source, target = shelf.add("honey"), shelf.add("copy")
    for number in range(3):
        shelf.commit(source, {f"{number}": b"%d" % number})
    shelf.database.write(lambda db: store.copy(db, source, target))
    shelf.commit(source, {"later": b""})
    one, other = shelf.open(source), shelf.open(target)
    head = other.resolve("main")
    assert one.commits(one.resolve("main"))[1].oid == head
    assert [entry.path for entry in other.walk(head)] == ["0", "1", "2"]
    oid = other.walk(head)[2].oid
    sizes = shelf.database.read(lambda db: store.blobs(db, target, [oid]))
    assert sizes == {oid: store.Blob(oid, 1)}
