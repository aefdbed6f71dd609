"""A xorb on its way in: verified chunk by chunk while it is written, never held whole."""

from threading import Lock
from uuid import uuid4

from bearhug.errors import TooLarge, Unprocessable
from bearhug.kit.xet.xorb import MOST_BYTES, Layout, Malformed, Verifier, footer
from bearhug.storage.incoming import write_all
from bearhug.storage.objects import Objects
from bearhug.xet.model import xorb_key


class IncomingXorb:
    """One body being received: `feed` it, `finish`, then `adopt` or `close` it.

    Any thread may call; a call waits for the one before it.
    """

    def __init__(self, objects: Objects, hash: bytes) -> None:
        self._objects = objects
        self._hash = hash
        self._verifier = Verifier()
        self._lock = Lock()
        self._taken = False
        self._path = objects.scratch / uuid4().hex
        self._file = self._path.open("xb", buffering=0)

    def check_length(self, declared: int | None) -> None:
        """Raises TooLarge for a body longer than any xorb, before it is read."""
        if declared is not None and declared > MOST_BYTES:
            raise TooLarge(f"A xorb has at most {MOST_BYTES} bytes.", limit=MOST_BYTES)

    def feed(self, chunk: bytes | bytearray | memoryview) -> None:
        """Verify and write the next bytes. Raises Unprocessable as soon as they cannot be one."""
        with self._lock:
            try:
                self._verifier.feed(chunk)
            except Malformed as error:
                raise Unprocessable(f"Not a xorb: {error}.") from error
            write_all(self._file, chunk)

    def finish(self) -> Layout:
        """All has come. Raises Unprocessable if it is not the xorb it is called."""
        with self._lock:
            try:
                layout = self._verifier.finish(self._hash)
            except Malformed as error:
                raise Unprocessable(f"Not this xorb: {error}.") from error
            self._file.truncate(layout.stored_bytes)
            self._file.seek(layout.stored_bytes)
            write_all(self._file, footer(layout))
            return layout

    def adopt(self, layout: Layout, nonce: str) -> None:
        """The scratch file becomes the object, durable."""
        with self._lock:
            self._file.close()
            self._taken = True
            self._objects.adopt(xorb_key(layout.hash, nonce), self._path)

    def close(self) -> None:
        """Remove the scratch file unless `adopt` has given it away."""
        with self._lock:
            self._file.close()
            if not self._taken:
                self._path.unlink(missing_ok=True)
