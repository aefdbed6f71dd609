"""What all tests of the viewer share."""

from tests.viewer.engines import engine

__all__ = ["engine"]
