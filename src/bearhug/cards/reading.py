"""Task, library, tags and facets of a repo, from its front matter and its files.

formats.py, libraries.py, pipelines.py, tagging.py and apps.py each hold the rules of one of them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bearhug.cards.apps import template, ways
from bearhug.cards.formats import modalities, readers
from bearhug.cards.libraries import library_of
from bearhug.cards.model import OTHER, PREFIXES, SPELLED
from bearhug.cards.pipelines import task_of
from bearhug.cards.tagging import (
    DATASET_LISTS,
    MISC,
    Found,
    conversational,
    dataset_tags,
    model_tags,
    other_tags,
    words,
)
from bearhug.repos.model import RepoKind

_SHARD = re.compile(r"-\d{5}-of-\d{5}")


@dataclass(frozen=True)
class Reading:
    pipeline_tag: str | None
    library: str | None
    license: str | None
    tags: tuple[str, ...]
    facets: frozenset[tuple[str, str]]
    """(facet, value) pairs, as the catalogue counts and filters them."""


def read(found: Found) -> Reading:
    """Everything a listing shows or filters by."""
    own = words(found.metadata.get("tags"))
    license = next(iter(words(found.metadata.get("license"))), None)
    if found.kind is RepoKind.MODEL:
        return _model(found, own, license)
    library = next(iter(words(found.metadata.get("library_name"))), None)
    if found.kind is RepoKind.DATASET:
        tags, listed = dataset_tags(found, own), _of_dataset(found)
    else:
        tags, listed = other_tags(found, own), {"sdk": words(found.sdk)}
    facets = _facets(found.kind, {"license": words(license), **listed}, tags)
    return Reading(None, library, license, tuple(tags), facets | frozenset(_uses(found)))


def _model(found: Found, own: list[str], license: str | None) -> Reading:
    metadata, config, formats = found.metadata, found.config, found.formats
    library = library_of(words(metadata.get("library_name")), own, found.names, formats, config)
    said = words(metadata.get("pipeline_tag"))
    task = task_of(said, own, library, config, found.facts, found.base_task)
    talks = conversational(found, task, template(found.facts))
    tags = model_tags(found, own, task, library, talks)
    listed = {
        "pipeline_tag": words(task),
        "library": [*words(library), *formats],
        "language": found.languages,
        "license": words(license),
        "dataset": words(metadata.get("datasets")),
        "misc": [tag for tag in tags if tag in MISC],
    }
    facets = _facets(found.kind, listed, tags)
    run = {("apps", way) for way in ways(task, library, tags, found.facts)}
    return Reading(task, library, license, tuple(tags), facets | run)


def _of_dataset(found: Found) -> dict[str, list[str]]:
    listed = {
        name: words(found.metadata.get(SPELLED.get(name, name)))
        for name in PREFIXES[RepoKind.DATASET]
        if SPELLED.get(name, name) in DATASET_LISTS
    }
    return {
        **listed,
        "language": found.languages,
        "format": found.formats,
        "modality": modalities(found.formats, found.metadata),
        "library": readers(found.formats),
        "benchmark": ["official"] if "eval.yaml" in found.names else [],
    }


def _facets(
    kind: RepoKind, listed: Mapping[str, Iterable[str]], tags: Iterable[str]
) -> frozenset[tuple[str, str]]:
    """Each value under its facet, and every tag that none of them spells under OTHER."""
    prefixes = PREFIXES[kind]
    facets = {(facet, value) for facet, values in listed.items() for value in values}
    spoken = {f"{prefixes[facet]}{value}" for facet, value in facets}
    return frozenset(facets | {(OTHER, tag) for tag in tags if tag not in spoken})


def shard_of(name: str) -> str:
    """The name a file of a split model has in common with its other parts."""
    return _SHARD.sub("", name)


def _uses(found: Found) -> Iterable[tuple[str, str]]:
    """What a Space says it uses, in its card or its code, for those models' and datasets' pages."""
    if found.kind is not RepoKind.SPACE:
        return
    for facet, key in (("uses_model", "models"), ("uses_dataset", "datasets")):
        for name in words(found.metadata.get(key)):
            yield facet, name
        for name in found.facts.get("mentions", ()):
            yield facet, name
