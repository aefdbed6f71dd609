"""What people do with models that answer. The use cases, whichever module each lives in."""

from bearhug.inference.service.listing import (
    conversational,
    estimate,
    on_card_read,
    placements,
    provider_mapping,
    served,
)
from bearhug.inference.service.measuring import note
from bearhug.inference.service.placing import Located, locate, place, resident_file
from bearhug.inference.service.runs import change, remove, run, runs, save
from bearhug.inference.service.weights import model_file

__all__ = [
    "Located",
    "change",
    "conversational",
    "estimate",
    "locate",
    "model_file",
    "note",
    "on_card_read",
    "place",
    "placements",
    "provider_mapping",
    "remove",
    "resident_file",
    "run",
    "runs",
    "save",
    "served",
]
