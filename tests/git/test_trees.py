import random

from bearhug.git.formats import Tree, dump_tree
from bearhug.git.trees import differing, raw_entry

NAMES = [b"a", b"a.b", b"b", b"c 100644 d", b"40000 e", "é".encode(), b"x" * 200]


def random_tree(dice: random.Random) -> Tree:
    names = [*NAMES, *(b"%03d" % number for number in range(300))]
    modes = [b"100644", b"100755", b"40000", b"160000", b"100600"]
    chosen = dice.sample(names, dice.randint(0, len(names)))
    return {name: (dice.choice(modes), dice.randbytes(20)) for name in chosen}


def changed(dice: random.Random, tree: Tree) -> Tree:
    """The tree with up to three entries gone, new or otherwise."""
    other = dict(tree)
    for _ in range(dice.randint(0, 3)):
        name = dice.choice([*NAMES, *(b"%03d" % number for number in range(300))])
        other.pop(name, None)
        if dice.random() < 0.7:
            other[name] = (dice.choice([b"100644", b"40000"]), dice.randbytes(20))
    return other


def test_two_trees_are_the_same_outside_the_stretch_in_which_they_differ() -> None:
    dice = random.Random(11)
    for _ in range(500):
        tree = random_tree(dice)
        before, after = dump_tree(tree), dump_tree(changed(dice, tree))
        start, stop = differing(before, after)
        assert 0 <= start <= stop <= len(after)
        assert before[:start] == after[:start]
        assert before[len(before) - (len(after) - stop) :] == after[stop:]


def test_one_change_among_many_is_found_to_the_byte() -> None:
    tree: Tree = {b"%05d" % number: (b"100644", bytes([7] * 20)) for number in range(10_000)}
    other = {**tree, b"05000": (b"100644", bytes([8] * 20))}
    assert differing(dump_tree(tree), dump_tree(other)) == (5001 * 33 - 20, 5001 * 33)


def test_an_entry_is_found_among_others_that_resemble_it() -> None:
    dice = random.Random(5)
    for _ in range(100):
        tree = random_tree(dice)
        content = dump_tree(tree)
        for name in [*NAMES, b"000", b"299", b"00", b"nope"]:
            mode, oid = tree.get(name, (b"", b""))
            assert raw_entry(content, name) == ((mode, name, oid) if mode else None)
