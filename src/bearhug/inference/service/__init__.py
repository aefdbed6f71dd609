"""What people do with models that answer. The use cases, whichever module each lives in."""

from bearhug.inference.service.keeping import file, forget, keep, sweep
from bearhug.inference.service.leave import require_leave
from bearhug.inference.service.listing import (
    estimate,
    on_card_read,
    placements,
    provider_mapping,
    served,
)
from bearhug.inference.service.measuring import note
from bearhug.inference.service.placing import Located, locate, place, resident_file
from bearhug.inference.service.runs import change, on_rewritten, remove, run, runs, save
from bearhug.inference.service.trusting import distrust, trust, trusted
from bearhug.inference.service.variants import unplaced
from bearhug.inference.service.weights import model_file

__all__ = [
    "Located",
    "change",
    "distrust",
    "estimate",
    "file",
    "forget",
    "keep",
    "locate",
    "model_file",
    "note",
    "on_card_read",
    "on_rewritten",
    "place",
    "placements",
    "provider_mapping",
    "remove",
    "require_leave",
    "resident_file",
    "run",
    "runs",
    "save",
    "served",
    "sweep",
    "trust",
    "trusted",
    "unplaced",
]
