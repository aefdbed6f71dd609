"""The tags of a repo in the Hub's order, made of what was found out about it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bearhug.cards.formats import formats, modalities, readers
from bearhug.cards.front_matter import clean
from bearhug.cards.pipelines import OLD_CHAT
from bearhug.cards.tasks import CHAT_TASKS
from bearhug.repos.model import RepoKind

MAX_TAGS = 200
MAX_TAG_CHARS = 200
REGION = "region:us"
"""Every repo of the Hub lies somewhere, and clients filter by it."""

MISC = frozenset({
    "conversational", "text-generation-inference", "text-embeddings-inference", "custom_code",
    "endpoints_compatible", "model-index", "eval-results", "merge", "moe", "4-bit", "8-bit",
})  # fmt: skip
"""Tags that say how a model may be used; a listing offers them together."""

DATASET_LISTS = (
    *("task_categories", "task_ids", "annotations_creators", "language_creators"),
    *("multilinguality", "source_datasets", "language", "license", "size_categories"),
)
RELATIONS = ("adapter", "merge", "quantized", "finetune")

_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html)|(?:huggingface|hf)\.co/papers)/(\d{4}\.\d{4,5})", re.IGNORECASE
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
# Kinds of text generators that Text Generation Inference and Text Embeddings Inference serve:
# "Supported models" of their documentation.
# fmt: off
_TGI = frozenset({
    "llama", "mistral", "mixtral", "gemma", "gemma2", "gemma3", "gemma3_text", "phi", "phi3",
    "phi-msft", "phimoe", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "qwen2_vl", "qwen2_5_vl",
    "gpt2", "gpt_neox", "gptj", "gpt_bigcode", "starcoder2", "bloom", "falcon", "mpt", "opt",
    "cohere", "cohere2", "dbrx", "t5", "baichuan", "stablelm", "granite", "deepseek_v2",
    "deepseek_v3", "mllama", "idefics2", "idefics3", "llava_next", "paligemma", "mamba",
    "galactica", "llama4",
})
_TEI = frozenset({
    "bert", "camembert", "distilbert", "roberta", "xlm-roberta", "mpnet", "nomic_bert", "new",
    "modernbert", "mistral", "qwen2", "qwen3", "gemma3_text", "jina_bert",
})
_ENDPOINTS = {
    "sentence-transformers": {"sentence-similarity", "feature-extraction"},
    "diffusers": {"text-to-image", "image-to-image", "text-to-video", "image-to-video"},
    "transformers": {
        "audio-classification", "automatic-speech-recognition", "depth-estimation",
        "document-question-answering", "feature-extraction", "fill-mask", "image-classification",
        "image-feature-extraction", "image-segmentation", "image-to-image", "image-to-text",
        "image-text-to-text", "mask-generation", "object-detection", "question-answering",
        "summarization", "table-question-answering", "text-classification", "text-generation",
        "text2text-generation", "text-to-audio", "text-to-speech", "token-classification",
        "translation", "video-classification", "visual-question-answering",
        "zero-shot-classification", "zero-shot-image-classification", "zero-shot-object-detection",
    },
}
# fmt: on


@dataclass(frozen=True)
class Found:
    """What was read of one commit: its front matter, its body, the names of its files, and facts.

    `facts` as in `Card.facts`; `base_task` is the task of the model it was made from.
    """

    kind: RepoKind
    metadata: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    names: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)
    sdk: str = ""
    base_task: str | None = None

    @property
    def config(self) -> Mapping[str, Any]:
        config: Mapping[str, Any] = self.facts.get("config", {})
        return config

    @property
    def formats(self) -> list[str]:
        return formats(self.kind, self.names)

    @property
    def languages(self) -> list[str]:
        return languages(self.metadata.get("language", self.metadata.get("languages")))


def words(value: Any) -> list[str]:
    """One word or a list of them, as a list without blanks and doubles."""
    listed = value if isinstance(value, list) else [value]
    said = [_word(each) for each in listed if isinstance(each, str | int | float)]
    return list(dict.fromkeys(word for word in said if word))[:MAX_TAGS]


def languages(value: Any) -> list[str]:
    """Language codes. YAML 1.1 reads Norwegian's `no` as false: it is given back its name."""
    listed = value if isinstance(value, list) else [value]
    return words(["no" if each is False else each for each in listed if each is not True])


def bases(found: Found) -> list[str]:
    """The models it was made from: those its card names, else the one an adapter's file does."""
    said = words(found.metadata.get("base_model"))
    adapted = words(found.config.get("peft", {}).get("base_model_name_or_path"))
    return [
        base for base in said or adapted if base.count("/") == 1 and not base.startswith((".", "/"))
    ]


def relation(found: Found) -> str:
    """How it came from them: what the card says, else the rule of the Hub's "Model Cards"."""
    said = next(iter(words(found.metadata.get("base_model_relation"))), "")
    if said in RELATIONS:
        return said
    if len(bases(found)) > 1:
        return "merge"
    if "adapter_config.json" in found.names:
        return "adapter"
    quantised = "gguf" in found.formats or "quantization_config" in found.config
    return "quantized" if quantised or "mlx" in words(found.metadata.get("tags")) else "finetune"


def model_tags(
    found: Found, own: list[str], task: str | None, library: str | None, talks: bool
) -> list[str]:
    """Library, formats, kind, task; the card's own; what it comes from; how it may be used."""
    related = [f"base_model:{base}" for base in bases(found)]
    related += [f"base_model:{relation(found)}:{base}" for base in bases(found)]
    metadata, pipeline = found.metadata, found.config.get("diffusers", {}).get("_class_name")
    tags = [
        *words(library),
        *found.formats,
        *words(found.config.get("model_type")),
        *words(task),
        *(["feature-extraction"] if library == "sentence-transformers" else []),
        *own,
        *(["conversational"] if talks else []),
        *(["custom_code"] if found.config.get("auto_map") else []),
        *found.languages,
        *(f"dataset:{name}" for name in words(metadata.get("datasets"))),
        *_papers(found),
        *related,
        *(f"license:{each}" for each in words(metadata.get("license"))[:1]),
        *(["model-index"] if metadata.get("model-index") else []),
        *(["eval-results"] if found.facts.get("evaluations") else []),
        *_served_by(found, task, library),
        *_quantised(found.config),
        *(f"diffusers:{each}" for each in words(pipeline)),
        REGION,
    ]
    return _once(tags)


def dataset_tags(found: Found, own: list[str]) -> list[str]:
    """What the card lists by name, then what its files are."""
    listed = [
        f"{name}:{value}"
        for name in DATASET_LISTS
        for value in (found.languages if name == "language" else words(found.metadata.get(name)))
    ]
    tags = [
        *listed,
        *(f"format:{each}" for each in found.formats),
        *(f"modality:{each}" for each in modalities(found.formats, found.metadata)),
        *(f"library:{each}" for each in readers(found.formats)),
        *_papers(found),
        *(["benchmark:official"] if "eval.yaml" in found.names else []),
        REGION,
        *own,
    ]
    return _once(tags)


def other_tags(found: Found, own: list[str]) -> list[str]:
    """Of a Space or a kernel: what runs it, the card's own, papers, the licence."""
    license = [f"license:{each}" for each in words(found.metadata.get("license"))[:1]]
    return _once([*words(found.sdk), *own, *_papers(found), *license, REGION])


def conversational(found: Found, task: str | None, template: str) -> bool:
    """Whether one talks with it in turns: a chat template is there, and a task that talks."""
    named = {"chat_template.jinja", "chat_template.json"} & found.names
    said = OLD_CHAT in words(found.metadata.get("pipeline_tag"))
    return bool(template or named or said) and task in CHAT_TASKS


def _papers(found: Found) -> list[str]:
    arxiv = [f"arxiv:{id}" for id in dict.fromkeys(_ARXIV.findall(found.body))]
    doi = [f"doi:{each}" for each in words(found.metadata.get("doi")) if _DOI.fullmatch(each)]
    return [*arxiv[:20], *doi[:5]]


def _served_by(found: Found, task: str | None, library: str | None) -> list[str]:
    kind = found.config.get("model_type")
    weights = {"safetensors", "pytorch"} & set(found.formats)
    writes = library == "transformers" and task in CHAT_TASKS and weights and kind in _TGI
    embeds = library == "sentence-transformers" and weights and kind in _TEI
    llama = found.facts.get("gguf", {}).get("context_length")
    deployed = task in _ENDPOINTS.get(library or "", ()) or "handler.py" in found.names or llama
    said = {
        "text-generation-inference": writes,
        "text-embeddings-inference": embeds,
        "endpoints_compatible": deployed,
    }
    return [tag for tag, holds in said.items() if holds]


def _quantised(config: Mapping[str, Any]) -> list[str]:
    """How many bits a weight has, and by which method: ["4-bit", "awq"]."""
    said = config.get("quantization_config")
    if not isinstance(said, dict):
        return []
    method = words(said.get("quant_method"))
    bits = said.get("bits")
    if said.get("load_in_4bit") or method == ["awq"]:
        bits = 4
    elif said.get("load_in_8bit") or method == ["compressed-tensors"]:
        bits = bits or 8
    return [*([f"{bits}-bit"] if bits in (2, 3, 4, 5, 6, 8) else []), *method]


def _once(tags: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tags))[:MAX_TAGS]


def _word(value: object) -> str:
    return clean(str(value)).strip()[:MAX_TAG_CHARS]
