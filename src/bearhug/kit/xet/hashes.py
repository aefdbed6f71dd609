"""The hashes of Xet: BLAKE3 keyed by what is hashed (XET §1)."""

from collections.abc import Iterable

from blake3 import blake3

# fmt: off
DATA_KEY = bytes([
    102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28,
    157, 228, 33, 16, 155, 235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41,
])
NODE_KEY = bytes([
    1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230,
    93, 221, 83, 111, 55, 199, 109, 210, 248, 99, 82, 230, 74, 83, 113, 63,
])
VERIFICATION_KEY = bytes([
    127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243,
    164, 205, 38, 213, 181, 219, 73, 230, 65, 36, 152, 127, 40, 251, 148, 195,
])
# fmt: on
ZERO = bytes(32)
"""The hash of an empty file, and the key under which a file's hash is taken."""

HASH_BYTES = 32
BRANCH = 9
"""The most that one node of the tree joins; from the third on, a hash may end it sooner."""

ELIGIBLE = 1024
"""One chunk in so many may be asked for across repos."""

Leaf = tuple[bytes, int]
"""A chunk's hash and its length in bytes."""


def text(raw: bytes) -> str:
    """As addresses and JSON spell it: each group of eight bytes reversed, in hexadecimal."""
    return swapped(raw).hex()


def parse(spelled: str) -> bytes:
    """The raw hash. Raises ValueError."""
    if len(spelled) != 2 * HASH_BYTES:
        raise ValueError(f"{spelled!r} is not a hash of 64 hexadecimal digits")
    return swapped(bytes.fromhex(spelled))


def swapped(raw: bytes) -> bytes:
    """Each group of eight bytes reversed. Its own inverse."""
    return raw[7::-1] + raw[15:7:-1] + raw[23:15:-1] + raw[31:23:-1]


def split(joined: bytes) -> list[bytes]:
    """Raw hashes that were joined, one by one."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def chunk_hash(data: bytes | memoryview) -> bytes:
    return blake3(data, key=DATA_KEY).digest()


def range_hash(chunk_hashes: bytes | memoryview) -> bytes:
    """What proves that one knows a term's data: of its chunks' raw hashes, joined."""
    return blake3(chunk_hashes, key=VERIFICATION_KEY).digest()


def keyed(chunk: bytes, key: bytes) -> bytes:
    """A chunk's hash as it is told to those who may not have it."""
    return blake3(chunk, key=key).digest()


class Tree:
    """The merkle tree of chunks fed to it in order; holds a few nodes of each level only."""

    def __init__(self) -> None:
        self._levels: list[list[Leaf]] = [[]]
        self._risen = [False]

    def add(self, leaf: Leaf, level: int = 0) -> None:
        nodes = self._levels[level]
        nodes.append(leaf)
        if len(nodes) >= BRANCH:  # whatever follows, where this group ends is known now
            end = _end_of_group(nodes)
            group, nodes[:end] = nodes[:end], []
            self._rise(group, level)

    def root(self) -> bytes:
        """ZERO if nothing was fed to it. Nothing can be added after."""
        level = 0
        while level < len(self._levels):
            nodes = self._levels[level]
            if len(nodes) == 1 and not self._risen[level]:
                return nodes[0][0]
            while nodes:
                end = _end_of_group(nodes)
                group, nodes[:end] = nodes[:end], []
                self._rise(group, level)
            level += 1
        return ZERO

    def _rise(self, group: list[Leaf], level: int) -> None:
        self._risen[level] = True
        if level + 1 == len(self._levels):
            self._levels.append([])
            self._risen.append(False)
        self.add(_joined(group), level + 1)


def merkle_root(leaves: Iterable[Leaf]) -> bytes:
    """Of chunks in order: the hash of a xorb, and what a file's is taken of."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def file_hash(leaves: Iterable[Leaf]) -> bytes:
    """Of a file's chunks in order, wherever they are kept."""
    return salted(merkle_root(leaves))


def salted(root: bytes) -> bytes:
    """A file's hash from the root of its chunks."""
    return root if root == ZERO else blake3(root, key=ZERO).digest()


def eligible(chunk: bytes) -> bool:
    """Whether a client asks the hub for this chunk, wherever in a file it stands."""
    return int.from_bytes(chunk[24:32], "little") % ELIGIBLE == 0


def _end_of_group(nodes: list[Leaf]) -> int:
    last = min(BRANCH, len(nodes))
    for index in range(2, last):
        if nodes[index][0][24] & 3 == 0:
            return index + 1
    return last


def _joined(group: list[Leaf]) -> Leaf:
    lines = "".join(f"{text(hash)} : {length}\n" for hash, length in group)
    return blake3(lines.encode(), key=NODE_KEY).digest(), sum(length for _, length in group)
