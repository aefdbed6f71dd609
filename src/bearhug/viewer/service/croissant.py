"""A dataset as Croissant 1.1 (JSON-LD), the metadata that search engines and loaders read.

The shape is that of the Hub's own: the repo, a set of files per config, a set of records each.
Source: mlcommons.org/croissant, huggingface/dataset-viewer `croissant_crumbs`.
"""

import re
from collections.abc import Mapping
from typing import Any

from bearhug.cards import service as cards
from bearhug.hub import Transaction
from bearhug.kit.wire import wire_time
from bearhug.viewer.engine.kinds import dtype_of, kind_of
from bearhug.viewer.model import CONVERTED, Config
from bearhug.viewer.service.looking import Seen

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
WORDS = {
    "bool": "sc:Boolean",
    "string": "sc:Text",
    "large_string": "sc:Text",
    "binary": "sc:Text",
    "date32": "sc:Date",
    "float16": "cr:Float16",
    "float32": "cr:Float32",
    "float64": "cr:Float64",
    **{
        f"{sign}int{bits}": f"cr:{sign.upper()}Int{bits}"
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
}
_UNFIT = re.compile(r"[^A-Za-z0-9_.\-]")


def croissant(tx: Transaction, seen: Seen, base: str) -> Mapping[str, Any]:
    """Of what has been converted; `base` is where the caller reached this hub."""
    repo = seen.repo
    card = cards.card(tx, repo)
    url = f"{base}{repo.path}"
    done = [config for config in seen.view.configs if config.done]
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": repo.name.name,
        "description": (card.summary if card else "") or f"The dataset {repo.name}.",
        "url": url,
        "identifier": str(repo.name),
        "alternateName": [str(repo.name)],
        "dateCreated": wire_time(repo.created_at),
        "dateModified": wire_time(repo.updated_at),
        "creator": {"@type": "Person", "name": repo.name.owner, "url": f"{base}/{repo.name.owner}"},
        "keywords": list(card.tags) if card else [],
        "distribution": [_repo(url), *(_files(config) for config in done)],
        "recordSet": [each for config in done for each in (_splits(config), _records(config))],
    }
    if card and card.license:
        told["license"] = card.license
    return told


def _repo(url: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": "repo",
        "name": "repo",
        "description": "The git repository of this dataset.",
        "contentUrl": f"{url}/tree/{CONVERTED.replace('/', '%2F')}",
        "encodingFormat": "git+https",
        "sha256": "https://github.com/mlcommons/croissant/issues/80",
    }


def _files(config: Config) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"parquet-files-for-config-{_id(config.name)}",
        "containedIn": {"@id": "repo"},
        "encodingFormat": "application/x-parquet",
        "includes": f"{config.name}/*/*.parquet",
    }


def _splits(config: Config) -> dict[str, Any]:
    name = f"{_id(config.name)}_splits"
    return {
        "@type": "cr:RecordSet",
        "dataType": "cr:Split",
        "key": {"@id": f"{name}/split_name"},
        "@id": name,
        "name": name,
        "description": f"Splits for the {config.name} config.",
        "field": [{"@type": "cr:Field", "@id": f"{name}/split_name", "dataType": "sc:Text"}],
        "data": [{f"{name}/split_name": split.name} for split in config.splits],
    }


def _records(config: Config) -> dict[str, Any]:
    name, files = _id(config.name), f"parquet-files-for-config-{_id(config.name)}"
    features = (config.info or {}).get("features") or {}
    splits = "|".join(re.escape(split.name) for split in config.splits)
    regex = f"{re.escape(config.name)}/(?:partial-)?({splits})/.+parquet$"
    of_split = {
        "@type": "cr:Field",
        "@id": f"{name}/split",
        "dataType": "sc:Text",
        "source": {
            "fileSet": {"@id": files},
            "extract": {"fileProperty": "fullpath"},
            "transform": {"regex": regex},
        },
        "references": {"field": {"@id": f"{name}_splits/split_name"}},
    }
    fields = [_field(name, files, column, feature) for column, feature in features.items()]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The rows of the config {config.name}.",
        "field": [of_split, *fields],
    }


def _field(record: str, files: str, column: str, feature: Any) -> dict[str, Any]:
    source: dict[str, Any] = {"fileSet": {"@id": files}, "extract": {"column": column}}
    kind = kind_of(feature)
    if kind in ("Image", "Audio", "Video"):
        word = {"Image": "sc:ImageObject", "Audio": "sc:AudioObject", "Video": "sc:VideoObject"}[
            kind
        ]
        source["transform"] = {"jsonPath": "bytes"}
    elif kind == "ClassLabel":
        word = "cr:Int64"
    else:
        word = WORDS.get(dtype_of(feature), "sc:Text")
    told = {
        "@type": "cr:Field",
        "@id": f"{record}/{_id(column)}",
        "dataType": word,
        "source": source,
    }
    return {**told, "isArray": True, "arrayShape": "-1"} if kind == "List" else told


def _id(name: str) -> str:
    return _UNFIT.sub("_", name)
