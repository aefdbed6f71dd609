"""Models of transformers exported to ONNX, laid out as Optimum lays them out."""

import warnings
from pathlib import Path
from typing import Any

import torch

NAMES = ("input_ids", "attention_mask", "token_type_ids")


class Plain(torch.nn.Module):
    """A model with nothing but tensors going in and out."""

    def __init__(self, model: torch.nn.Module, outputs: tuple[str, ...]) -> None:
        super().__init__()
        self.model = model
        self.outputs = outputs

    def forward(self, *given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = self.model(**dict(zip(NAMES, given, strict=True)))
        return tuple(found[name] for name in self.outputs)


def exported(folder: Path, auto: Any, *outputs: str) -> Path:
    """Put `onnx/model.onnx` beside the model in `folder`, which stays as it is."""
    model = auto.from_pretrained(folder, dtype=torch.float32).eval()
    ones = torch.ones(2, 8, dtype=torch.long)
    place = folder / "onnx" / "model.onnx"
    place.parent.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, about itself
        torch.onnx.export(
            Plain(model, outputs),
            (ones, ones, ones * 0),
            str(place),
            input_names=list(NAMES),
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in NAMES},
            dynamo=False,
        )
    return folder
