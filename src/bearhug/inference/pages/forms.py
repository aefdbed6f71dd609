"""What each task's widget asks for: its fields, its settings, and the words on its button.

A field's name is its place in the body that the public API takes: `inputs.question` fills
{"inputs": {"question": …}}. Names of parameters: specs, INFERENCE.md §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bearhug.inference.pages.tongues import tongues

QUESTION = "inputs.question"


@dataclass(frozen=True)
class Field:
    """One thing to fill in.

    `kind`: area, line, words (several, with commas between), list (rows of text), table, image,
    audio; of settings also number, select, switch, names. `source` is the key of a card's example.
    """

    name: str
    label: str
    kind: str = "area"
    source: str = "text"
    hint: str = ""
    value: Any = ""
    least: float | None = None
    most: float | None = None
    step: float | str = "any"
    options: tuple[tuple[str, str], ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Form:
    """The widget of one task. `answer` names how its answer is drawn (js/widget/answers.js)."""

    task: str
    title: str
    deed: str
    fields: tuple[Field, ...]
    settings: tuple[Field, ...] = ()
    answer: str = ""


TEXT = Field("inputs", "Text")
IMAGE = Field("inputs", "Picture", "image", "src")
AUDIO = Field("inputs", "Sound", "audio", "src")
LABELS = Field("parameters.candidate_labels", "Labels", "words", "candidate_labels",
               "With commas between them.")  # fmt: skip
TOP = Field("parameters.top_k", "Most labels", "number", hint="all", least=1, most=100, step=1)
SEED = Field("parameters.seed", "Seed", "number", hint="random", least=0, step=1)
APPLY = Field(
    "parameters.function_to_apply",
    "Scores as",
    "select",
    options=(
        ("", "the model says"),
        ("softmax", "shares of one"),
        ("sigmoid", "each by itself"),
        ("none", "raw numbers"),
    ),
)
LONGEST = Field("parameters.max_new_tokens", "Longest answer", "number", hint="as it likes",
                least=1, most=4096, step=1)  # fmt: skip
WRITING = Field("parameters.generate_parameters.max_new_tokens", "Longest answer", "number",
                hint="as it likes", least=1, most=4096, step=1)  # fmt: skip
THRESHOLD = Field("parameters.threshold", "Least score", "number", hint="as it likes",
                  least=0, most=1, step=0.05)  # fmt: skip
TEMPLATE = Field("parameters.hypothesis_template", "Sentence for a label", "line",
                 hint="This example is {}.")  # fmt: skip


def _side(name: str, label: str) -> Field:
    return Field(
        f"parameters.{name}", label, "number", hint="as it likes", least=64, most=2048, step=8
    )


DRAWING = (
    _side("width", "Width"),
    _side("height", "Height"),
    Field("parameters.num_inference_steps", "Steps", "number", hint="as it likes", least=1,
          most=150, step=1),
    Field("parameters.guidance_scale", "Guidance", "number", hint="as it likes", least=0,
          most=30, step=0.5),
    SEED,
)  # fmt: skip

_TEXT_FORMS = (
    Form("text-classification", "Try it", "Classify", (TEXT,), (TOP, APPLY), "labels"),
    Form(
        "token-classification",
        "Try it",
        "Find them",
        (TEXT,),
        (
            Field(
                "parameters.aggregation_strategy",
                "Words are joined",
                "select",
                options=(
                    ("", "simply"),
                    ("first", "as their first part"),
                    ("average", "by the average"),
                    ("max", "by the likeliest part"),
                    ("none", "not at all"),
                ),
            ),
        ),
        "entities",
    ),
    Form(
        "zero-shot-classification",
        "Try it",
        "Classify",
        (
            TEXT,
            LABELS,
            Field("parameters.multi_label", "More than one may be true", "switch", "multi_class"),
        ),
        (TEMPLATE,),
        "labels",
    ),
    Form("fill-mask", "Try it", "Fill it in", (replace(TEXT, kind="masked"),), (TOP,), "words"),
    Form(
        "question-answering",
        "Ask it",
        "Ask",
        (
            Field(QUESTION, "Question", "line"),
            Field("inputs.context", "Text that has the answer", "area", "context"),
        ),
        (
            Field("parameters.top_k", "Most answers", "number", hint="1", least=1, most=20, step=1),
            Field(
                "parameters.max_answer_len",
                "Longest answer, in tokens",
                "number",
                hint="15",
                least=1,
                most=200,
                step=1,
            ),
            Field("parameters.handle_impossible_answer", "May say there is none", "switch"),
        ),
        "passage",
    ),
    Form(
        "table-question-answering",
        "Ask it",
        "Ask",
        (
            Field("inputs.query", "Question", "line"),
            Field("inputs.table", "Table", "table", "table"),
        ),
        (),
        "cells",
    ),
    Form("summarization", "Try it", "Summarise", (TEXT,), (WRITING,), "text"),
    Form("translation", "Try it", "Translate", (TEXT,), (WRITING,), "text"),
    Form("text2text-generation", "Let it write", "Write", (TEXT,), (WRITING,), "text"),
    Form(
        "feature-extraction",
        "Try it",
        "Compute",
        (TEXT,),
        (Field("normalize", "Make its length one", "switch"),),
        "vector",
    ),
    Form(
        "sentence-similarity",
        "Compare",
        "Compare",
        (
            Field("inputs.source_sentence", "Sentence", "line", "source_sentence"),
            Field("inputs.sentences", "Compared with", "list", "sentences"),
        ),
        (),
        "alike",
    ),
    Form(
        "text-ranking",
        "Rank",
        "Rank",
        (
            Field("inputs.query", "Question", "line", "source_sentence"),
            Field("inputs.texts", "Texts to put in order", "list", "sentences"),
        ),
        (),
        "ranks",
    ),
)
_PICTURE_FORMS = (
    Form("image-classification", "Try it", "Classify", (IMAGE,), (TOP, APPLY), "labels"),
    Form("object-detection", "Try it", "Find objects", (IMAGE,), (THRESHOLD,), "boxes"),
    Form(
        "zero-shot-object-detection",
        "Try it",
        "Find objects",
        (IMAGE, LABELS),
        (THRESHOLD,),
        "boxes",
    ),
    Form(
        "image-segmentation",
        "Try it",
        "Find regions",
        (IMAGE,),
        (
            THRESHOLD,
            Field(
                "parameters.subtask",
                "Regions are",
                "select",
                options=(
                    ("", "as the model does"),
                    ("semantic", "kinds of things"),
                    ("instance", "single things"),
                    ("panoptic", "both"),
                ),
            ),
        ),
        "masks",
    ),
    Form("depth-estimation", "Try it", "See the depth", (IMAGE,), (), "depth"),
    Form("image-to-text", "Try it", "Describe", (IMAGE,), (LONGEST,), "text"),
    Form(
        "zero-shot-image-classification",
        "Try it",
        "Classify",
        (IMAGE, LABELS),
        (replace(TEMPLATE, hint="This is a photo of {}."),),
        "labels",
    ),
    *(
        Form(
            task,
            "Ask it",
            "Ask",
            (replace(IMAGE, name="inputs.image"), Field(QUESTION, "Question", "line")),
            (replace(TOP, label="Most answers"),),
            "answers",
        )
        for task in ("visual-question-answering", "document-question-answering")
    ),
    Form(
        "text-to-image",
        "Draw",
        "Draw it",
        (
            Field("inputs", "What to draw"),
            Field(
                "parameters.negative_prompt",
                "What not to draw",
                "line",
                "negative_prompt",
                optional=True,
            ),
        ),
        DRAWING,
        "drawn",
    ),
    Form(
        "image-to-image",
        "Draw",
        "Draw it",
        (IMAGE, Field("parameters.prompt", "What to make of it", "line", "prompt", optional=True)),
        DRAWING[2:],
        "drawn",
    ),
)
_SOUND_FORMS = (
    Form(
        "automatic-speech-recognition",
        "Speak",
        "Write it down",
        (AUDIO,),
        (Field("parameters.return_timestamps", "With times", "switch"),),
        "heard",
    ),
    Form("audio-classification", "Try it", "Classify", (AUDIO,), (TOP, APPLY), "labels"),
    Form("text-to-speech", "Let it speak", "Speak", (TEXT,), (), "sound"),
    Form("text-to-audio", "Let it sound", "Play it", (TEXT,), (LONGEST,), "sound"),
    Form("audio-to-audio", "Try it", "Change it", (AUDIO,), (), "sounds"),
)
_TABLE_FORMS = tuple(
    Form(
        task,
        "Try it",
        "Predict",
        (Field("inputs.data", "Rows", "table", "structured_data"),),
        (),
        "predicted",
    )
    for task in ("tabular-classification", "tabular-regression")
)

_TALKS = tuple(
    Form(task, "Talk to it", "Send", (TEXT,), (), "talk")
    for task in ("text-generation", "image-text-to-text")
)

FORMS: Mapping[str, Form] = {
    form.task: form
    for form in (*_TEXT_FORMS, *_PICTURE_FORMS, *_SOUND_FORMS, *_TABLE_FORMS, *_TALKS)
}


def form_of(task: str | None, model_type: str = "") -> Form | None:
    """The widget of a task, None where there is none; a many-tongued translator asks which."""
    form = FORMS.get(task or "")
    names = tongues(model_type) if task == "translation" else ()
    if form is None or not names:
        return form
    asked = (
        Field(f"parameters.{name}", label, "select", options=(("", "Choose"), *names))
        for name, label in (("src_lang", "From"), ("tgt_lang", "Into"))
    )
    return replace(form, fields=(*form.fields, *asked))
