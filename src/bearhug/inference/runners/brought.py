"""Python that a repository brings along and an operator allowed: laid where transformers looks.

transformers copies such files into a cache, below a folder named by their hash, and imports them
from there. A confined runner writes no file: so they lie there before it is confined, as links.
Source: get_cached_module_file of transformers' dynamic_module_utils.
"""

from pathlib import Path

CACHE = Path("modules")
"""As HF_MODULES_CACHE names it to transformers, in the runner's own folder."""

NAMED = "code"
"""Instead of the hash: one model is loaded in a runner's life, and its files never change."""


def lay_out(model: Path) -> None:
    """Link the Python files at the top of `model`, beside it; none is run."""
    place = CACHE / "transformers_modules" / model.name / NAMED
    place.mkdir(parents=True)
    for path in model.glob("*.py"):
        (place / path.name).symlink_to(path.resolve())
    for folder in (place, *place.parents[:3]):
        (folder / "__init__.py").touch()
