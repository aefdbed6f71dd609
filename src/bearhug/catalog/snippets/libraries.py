"""Models in Python and JavaScript, by the library that loads them."""

import json
from collections.abc import Callable

from bearhug.catalog.snippets.setting import Setting, Snippet, Step, script

INPUTS = {
    "text-generation": '"Once upon a time"',
    "text-classification": '"Bears hum when they are content."',
    "token-classification": '"Ada Lovelace lived in London."',
    "question-answering": 'question="Who hums?", context="Bears hum when they are content."',
    "feature-extraction": '"Bears hum when they are content."',
    "image-classification": '"picture.png"',
    "image-segmentation": '"picture.png"',
    "object-detection": '"picture.png"',
    "depth-estimation": '"picture.png"',
    "image-feature-extraction": '"picture.png"',
    "automatic-speech-recognition": '"speech.wav"',
    "audio-classification": '"speech.wav"',
    "text-to-speech": '"Bears hum."',
    "text-to-audio": '"Bears hum."',
    "zero-shot-classification": '"Bears hum.", candidate_labels=["nature", "finance"]',
    "zero-shot-image-classification": '"picture.png", candidate_labels=["a bear", "a bee"]',
}
"""What a pipeline is asked, by its task. Others get a comment in place of a question."""

SEQ2SEQ = {"summarization", "translation", "text2text-generation"}
"""Tasks that transformers has no pipeline for any more (5.0)."""

NAMES = {
    "transformers": "Transformers",
    "sentence-transformers": "Sentence Transformers",
    "diffusers": "Diffusers",
    "peft": "PEFT",
    "adapter-transformers": "Adapters",
    "adapters": "Adapters",
    "timm": "timm",
    "sklearn": "scikit-learn",
    "spacy": "spaCy",
    "keras": "Keras",
    "setfit": "SetFit",
    "open_clip": "OpenCLIP",
    "span-marker": "SpanMarker",
    "flair": "Flair",
    "gliner": "GLiNER",
    "model2vec": "Model2Vec",
    "fastai": "fastai",
    "bertopic": "BERTopic",
    "speechbrain": "SpeechBrain",
}

# Libraries that load a repo by its name, in a line or two; {} is the name.
PLAIN = {
    "timm": ("import timm", 'model = timm.create_model("hf_hub:{}", pretrained=True)'),
    "keras": ("import keras", 'model = keras.saving.load_model("hf://{}")'),
    "setfit": (
        "from setfit import SetFitModel",
        'model = SetFitModel.from_pretrained("{}")',
    ),
    "open_clip": (
        "import open_clip",
        'model, _, prepare = open_clip.create_model_and_transforms("hf-hub:{}")',
    ),
    "span-marker": (
        "from span_marker import SpanMarkerModel",
        'model = SpanMarkerModel.from_pretrained("{}")',
    ),
    "flair": (
        "from flair.models import SequenceTagger",
        'tagger = SequenceTagger.load("{}")',
    ),
    "gliner": ("from gliner import GLiNER", 'model = GLiNER.from_pretrained("{}")'),
    "model2vec": (
        "from model2vec import StaticModel",
        'model = StaticModel.from_pretrained("{}")',
    ),
    "fastai": (
        "from huggingface_hub import from_pretrained_fastai",
        'learner = from_pretrained_fastai("{}")',
    ),
    "bertopic": ("from bertopic import BERTopic", 'model = BERTopic.load("{}")'),
    "speechbrain": (
        "from speechbrain.inference import Pretrained",
        'model = Pretrained.from_hparams(source="{}")',
    ),
    "spacy": (
        "import spacy",
        "from huggingface_hub import snapshot_download",
        "",
        'nlp = spacy.load(snapshot_download("{}"))',
        'print(nlp("Ada Lovelace lived in London.").ents)',
    ),
}


def library(setting: Setting) -> Snippet | None:
    """By the library its card or its files name."""
    named = setting.card.library or ""
    if named not in NAMES:
        return None
    if named in PLAIN:
        lines = [line.replace("{}", setting.name) for line in PLAIN[named]]
        if "" not in lines:
            lines.insert(1, "")
    else:
        lines = _OWN[named](setting)
    step = Step("use.py", script(setting, *lines), "python")
    return Snippet(named, NAMES[named], "code", [step], setting.token_note)


def onnx(setting: Setting) -> Snippet | None:
    """By ONNX Runtime, from the repo's first ONNX file."""
    file = next((name for name in _weights(setting) if name.endswith(".onnx")), "")
    if not file:
        return None
    lines = (
        "import onnxruntime",
        "from huggingface_hub import hf_hub_download",
        "",
        f'path = hf_hub_download("{setting.name}", {json.dumps(file)})',
        "session = onnxruntime.InferenceSession(path)",
        "print([(each.name, each.shape) for each in session.get_inputs()])",
    )
    step = Step("use.py", script(setting, *lines), "python")
    return Snippet("onnx", "ONNX Runtime", "code", [step], setting.token_note)


def transformers_js(setting: Setting) -> Snippet | None:
    """In the browser or Node, where the repo has what Transformers.js loads."""
    names = _weights(setting)
    fits = "transformers.js" in setting.card.tags or any(name.startswith("onnx/") for name in names)
    if not fits or not setting.card.pipeline_tag:
        return None
    code = f"""import {{ env, pipeline }} from "@huggingface/transformers"

env.remoteHost = "{setting.base_url}/"

const pipe = await pipeline("{setting.card.pipeline_tag}", "{setting.name}")"""
    step = Step("use.mjs", code, "javascript")
    note = "It is private, and a page in a browser has no token: make it public first."
    note = note * setting.repo.private
    return Snippet("transformers.js", "Transformers.js", "code", [step], note, "JavaScript")


def _weights(setting: Setting) -> list[str]:
    weights: dict[str, object] = setting.card.facts.get("weights", {})
    return [*weights, *(name for name in setting.names if name not in weights)]


def _transformers(setting: Setting) -> list[str]:
    task, name = setting.card.pipeline_tag, setting.name
    if task in SEQ2SEQ:
        return [
            "from transformers import AutoModelForSeq2SeqLM, AutoTokenizer",
            "",
            f'tokenizer = AutoTokenizer.from_pretrained("{name}")',
            f'model = AutoModelForSeq2SeqLM.from_pretrained("{name}")',
            'given = tokenizer("Bears hum when they are content.", return_tensors="pt")',
            "said = model.generate(**given, max_new_tokens=80)",
            "print(tokenizer.decode(said[0], skip_special_tokens=True))",
        ]
    called = f'"{task}", model="{name}"' if task else f'model="{name}"'
    lines = ["from transformers import pipeline", "", f"pipe = pipeline({called})"]
    return lines + _asked(setting)


def _asked(setting: Setting) -> list[str]:
    task = setting.card.pipeline_tag or ""
    if setting.card.conversational and task == "text-generation":
        return [
            'messages = [{"role": "user", "content": "Why do bears hum?"}]',
            'print(pipe(messages, max_new_tokens=80)[0]["generated_text"][-1]["content"])',
        ]
    if task == "fill-mask":
        mask = setting.card.facts.get("mask_token") or "[MASK]"
        return [f'print(pipe("Bears {mask} when they are content."))']
    return [f"print(pipe({INPUTS[task]}))"] if task in INPUTS else []


def _sentences(setting: Setting) -> list[str]:
    if setting.card.pipeline_tag == "text-ranking":
        return [
            "from sentence_transformers import CrossEncoder",
            "",
            f'model = CrossEncoder("{setting.name}")',
            'texts = ["Bears hum when they are content.", "Bees make honey."]',
            'print(model.rank("Why do bears hum?", texts))',
        ]
    return [
        "from sentence_transformers import SentenceTransformer",
        "",
        f'model = SentenceTransformer("{setting.name}")',
        'vectors = model.encode(["Bears hum when they are content.", "A bear is happy."])',
        "print(vectors.shape, model.similarity(vectors, vectors))",
    ]


def _diffusers(setting: Setting) -> list[str]:
    name, lora = setting.name, "lora" in setting.card.tags
    whole = setting.base_model if lora else name
    weights = [f'pipe.load_lora_weights("{name}")'] if lora else []
    asked = 'pipe("A bear reading a letter, watercolour").images[0].save("bear.png")'
    return [
        "from diffusers import DiffusionPipeline",
        "",
        f'pipe = DiffusionPipeline.from_pretrained("{whole}")',
        *weights,
        asked,
    ]


PEFT_MODELS = {
    "text-generation": "AutoModelForCausalLM",
    "text-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    **dict.fromkeys(SEQ2SEQ, "AutoModelForSeq2SeqLM"),
}


def _peft(setting: Setting) -> list[str]:
    model = PEFT_MODELS.get(setting.card.pipeline_tag or "text-generation", "AutoModel")
    return [
        "from peft import PeftModel",
        f"from transformers import {model}",
        "",
        f'base = {model}.from_pretrained("{setting.base_model}")',
        f'model = PeftModel.from_pretrained(base, "{setting.name}")',
    ]


def _adapters(setting: Setting) -> list[str]:
    return [
        "from adapters import AutoAdapterModel",
        "",
        f'model = AutoAdapterModel.from_pretrained("{setting.base_model}")',
        f'model.load_adapter("{setting.name}", set_active=True)',
    ]


def _sklearn(setting: Setting) -> list[str]:
    names = _weights(setting)
    file = next((name for name in names if name.endswith((".skops", ".joblib", ".pkl"))), "")
    head = ["from huggingface_hub import hf_hub_download"]
    path = f'path = hf_hub_download("{setting.name}", {json.dumps(file or "model.skops")})'
    if file.endswith((".joblib", ".pkl")):
        return [
            "import joblib",
            *head,
            "",
            path,
            "model = joblib.load(path)  # a pickle runs code: load it only if you trust its maker",
        ]
    return [
        *head,
        "from skops import io",
        "",
        path,
        "unknown = io.get_untrusted_types(file=path)  # read this list before you trust it",
        "model = io.load(path, trusted=unknown)",
    ]


_OWN: dict[str, Callable[[Setting], list[str]]] = {
    "transformers": _transformers,
    "sentence-transformers": _sentences,
    "diffusers": _diffusers,
    "peft": _peft,
    "adapter-transformers": _adapters,
    "adapters": _adapters,
    "sklearn": _sklearn,
}
