"""A question answered by the cells of a table."""

from typing import Any

from transformers import AutoModelForTableQuestionAnswering, pipeline

from bearhug.inference.runners import loading
from bearhug.inference.runners.task import BadInput, Parameters, Setup, Task

PADDING = ("do_not_pad", "longest", "max_length")


def load(setup: Setup) -> Any:
    return pipeline(
        "table-question-answering",
        model=loading.model(setup, AutoModelForTableQuestionAnswering),
        tokenizer=loading.tokenizer(setup),
    )


def run(answerer: Any, inputs: Any, parameters: Parameters) -> dict[str, Any]:
    """`inputs`: {"query", "table": {column: [text]}}"""
    if not isinstance(inputs, dict) or not isinstance(inputs.get("query"), str):
        raise BadInput("`inputs` needs a `query`, as text.", "query")
    table = _table(inputs.get("table"))
    padding = parameters.word("padding", "do_not_pad", PADDING)
    sequential = parameters.flag("sequential")
    truncation = parameters.flag("truncation", True)
    parameters.done()
    answer = answerer(
        {"table": table, "query": inputs["query"]},
        padding=padding,
        sequential=sequential,
        truncation="drop_rows_to_fit" if truncation else "do_not_truncate",
    )
    return {
        "answer": answer["answer"],
        "coordinates": [list(place) for place in answer.get("coordinates", [])],
        "cells": list(answer.get("cells", [])),
        "aggregator": answer.get("aggregator", "NONE"),
    }


def _table(given: Any) -> dict[str, list[str]]:
    """Columns of texts, all of one length: TAPAS and TAPEX read no numbers."""
    if not isinstance(given, dict) or not given:
        raise BadInput("`table` must be an object of columns.", "table")
    if not all(isinstance(column, list) for column in given.values()):
        raise BadInput("Each column of `table` must be a list.", "table")
    lengths = {len(column) for column in given.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise BadInput("The columns of `table` must be of one length, and not empty.", "table")
    return {
        str(name): ["" if cell is None else str(cell) for cell in column]
        for name, column in given.items()
    }


TASKS = {"table-question-answering": Task(load, run)}
