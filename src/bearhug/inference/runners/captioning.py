"""Pictures put into words: captions, text read off, answers to questions about them."""

import math
import re
from typing import Any

import torch
from PIL import Image
from transformers import (
    AutoImageProcessor,
    AutoModelForDocumentQuestionAnswering,
    AutoModelForImageTextToText,
    AutoModelForVisualQuestionAnswering,
    DocumentQuestionAnsweringPipeline,
    VisionEncoderDecoderModel,
)

from bearhug.inference.runners import choosing, loading, pictures
from bearhug.inference.runners.piping import pipe
from bearhug.inference.runners.task import BadInput, CannotLoad, Parameters, Setup, Task

NEW_TOKENS = 64
MOST_ANSWERS = 100
LONGEST_QUESTION = 2000
DONUT_PROMPT = "<s_docvqa><s_question>{}</s_question><s_answer>"
TAG = re.compile(r"<[^<>]*>")
WORDLESS = (
    "This model needs the words of the page with their places, and nothing here recognises text: "
    'send `word_boxes`, [["word", [left, top, right, bottom]], …] in thousandths of the page.'
)


class Reader:
    """A model that looks and writes, with what prepares its pictures and its words."""

    def __init__(self, setup: Setup, auto: Any) -> None:
        if loading.config(setup).model_type == "vision-encoder-decoder":
            # A picture's encoder and a text's decoder, each with its own.
            self._prepare = loading.processor(setup, AutoImageProcessor)
            self.words = loading.tokenizer(setup)
            self.model = loading.model(setup, VisionEncoderDecoderModel)
        else:
            self._prepare = loading.processor(setup)
            self.words = self._prepare.tokenizer
            self.model = loading.model(setup, auto)

    def prepared(self, picture: Image.Image, text: str | None = None) -> Any:
        """The model's inputs, on its device, in its precision."""
        words = {} if text is None else {"text": text}
        given = self._prepare(images=picture, **words, return_tensors="pt")
        return given.to(self.model.device, self.model.dtype)

    def answer(self, given: Any, options: dict[str, Any]) -> tuple[torch.Tensor, float]:
        """The likeliest tokens one by one, and how likely they are together."""
        with torch.inference_mode():
            out = self.model.generate(
                **given,
                **{**options, "num_beams": 1},
                return_dict_in_generate=True,
                output_scores=True,
            )
        written = out.sequences[0, -len(out.scores) :]
        likely = sum(
            float(torch.log_softmax(scores[0].float(), -1)[token])
            for scores, token in zip(out.scores, written, strict=True)
        )
        return written, math.exp(likely)


def _load_caption(setup: Setup) -> Reader:
    return Reader(setup, AutoModelForImageTextToText)


def caption(reader: Reader, inputs: Any, parameters: Parameters) -> Any:
    """A caption, or what stands written there."""
    own = reader.model.generation_config
    limited = own.max_new_tokens or (own.max_length and own.max_length != 20)
    options = choosing.options(parameters, None if limited else NEW_TOKENS)
    choosing.seed(parameters)
    parameters.done()
    given = reader.prepared(pictures.decode(inputs))
    with torch.inference_mode():
        written = reader.model.generate(**given, **options)
    texts = reader.words.batch_decode(written, skip_special_tokens=True)
    return [{"text": text.strip()} for text in texts]


def _load_visual(setup: Setup) -> Reader:
    return Reader(setup, AutoModelForVisualQuestionAnswering)


def ask_picture(reader: Reader, inputs: Any, parameters: Parameters) -> Any:
    """Classifiers choose among the answers they know; others write one."""
    picture, question = asked(inputs)
    top_k = parameters.count("top_k", 5, 1, MOST_ANSWERS)
    writes = reader.model.can_generate()
    options = choosing.options(parameters, NEW_TOKENS) if writes else {}
    parameters.done()
    given = reader.prepared(picture, question)
    if writes:
        written, score = reader.answer(given, options)
        answer = reader.words.decode(written, skip_special_tokens=True)
        return [{"answer": answer.strip(), "score": score}]
    with torch.inference_mode():
        likely = reader.model(**given).logits[0].float().sigmoid()
    names = reader.model.config.id2label
    scores, places = likely.topk(min(top_k, len(likely)))
    return [
        {"answer": names[place], "score": score}
        for score, place in zip(scores.tolist(), places.tolist(), strict=True)
    ]


def _load_document(setup: Setup) -> Any:
    kind = loading.config(setup).model_type
    if kind == "vision-encoder-decoder":
        return Reader(setup, VisionEncoderDecoderModel)
    if kind != "layoutlm":
        raise CannotLoad(
            f"Models of the type {kind} need text recognition beside them, which is not here. "
            "Donut and LayoutLM models answer questions about documents."
        )
    return pipe(
        DocumentQuestionAnsweringPipeline,
        setup,
        AutoModelForDocumentQuestionAnswering,
        tokenizer=loading.tokenizer(setup),
    )


def ask_document(loaded: Any, inputs: Any, parameters: Parameters) -> Any:
    """A page read as a picture (Donut), or as words with their places (LayoutLM)."""
    picture, question = asked(inputs)
    if not isinstance(loaded, Reader):
        return _ask_words(loaded, inputs, question, parameters)
    parameters.count("top_k", 1, 1, MOST_ANSWERS)  # one answer is written, whatever is asked
    options = choosing.options(parameters, 128)
    parameters.done()
    given = loaded.prepared(picture)
    prompt = DONUT_PROMPT.format(TAG.sub("", question))
    begun = loaded.words(prompt, add_special_tokens=False, return_tensors="pt").input_ids
    room = loaded.model.config.decoder.max_position_embeddings - begun.shape[-1] - 1
    if room < 1:
        raise BadInput("`question` is too long for this model.", "question")
    options["max_new_tokens"] = min(room, options.get("max_new_tokens", room))
    given["decoder_input_ids"] = begun.to(loaded.model.device)
    written, score = loaded.answer(given, options)
    answer = loaded.words.decode(written).split("</s_answer>")[0]
    return [{"answer": TAG.sub("", answer).strip(), "score": score}]


def _ask_words(loaded: Any, inputs: Any, question: str, parameters: Parameters) -> Any:
    options = {
        "top_k": parameters.count("top_k", 1, 1, MOST_ANSWERS),
        "max_answer_len": parameters.count("max_answer_len", 15, 1, 500),
        "handle_impossible_answer": parameters.flag("handle_impossible_answer"),
    }
    boxes = parameters.anything("word_boxes") or inputs.get("word_boxes")
    parameters.done()
    words = [_word(one) for one in boxes] if isinstance(boxes, list) else []
    if not words:
        raise BadInput(WORDLESS, "word_boxes")
    found = loaded({"question": question, "word_boxes": words}, **options)
    return [found] if isinstance(found, dict) else found


def _word(given: Any) -> tuple[str, list[int]]:
    match given:
        case [str(word), [int(), int(), int(), int()] as box] if all(0 <= x <= 1000 for x in box):
            return word, box
    raise BadInput(WORDLESS, "word_boxes")


def asked(inputs: Any) -> tuple[Image.Image, str]:
    """The picture and the question about it. Raises BadInput."""
    if not isinstance(inputs, dict):
        raise BadInput("Send an image and a question: {image, question}.", "inputs")
    question = inputs.get("question")
    if not isinstance(question, str) or not question.strip():
        raise BadInput("`question` must be a text.", "question")
    if len(question) > LONGEST_QUESTION:
        raise BadInput(f"`question` may have {LONGEST_QUESTION} characters.", "question")
    return pictures.decode(inputs.get("image"), "image"), question


TASKS = {
    "image-to-text": Task(_load_caption, caption),
    "visual-question-answering": Task(_load_visual, ask_picture),
    "document-question-answering": Task(_load_document, ask_document),
}
