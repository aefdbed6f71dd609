"""Texts to tokens by `tokenizers`, tokens through a graph: what every text task here stands on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from bearhug.inference.runners.onnx.session import Array, Session, config
from bearhug.inference.runners.task import CannotLoad, Setup

INPUTS = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
LONGEST = 512
ENDLESS = 100_000  # `model_max_length` of tokenizers that know no end is 10^30
OFFSET = {"roberta", "xlm-roberta", "camembert", "mpnet", "longformer", "xlm-roberta-xl"}
"""Families whose first two positions are taken (RobertaEmbeddings.padding_idx)."""
GENERIC = ("PreTrainedTokenizerFast", "TokenizersBackend")
"""Tokenizers that tell first and second text apart only if `model_input_names` says so."""

BATCH = 32

Text = str | tuple[str, str]


class Reader:
    """An encoder: what its graph says of texts, or of pairs of texts."""

    def __init__(self, setup: Setup) -> None:
        path = setup.folder / "tokenizer.json"
        if not path.is_file():
            raise CannotLoad(
                "There is no tokenizer.json here, which reading text without torch needs."
            )
        self.tokenizer: Any = Tokenizer.from_file(str(path))
        self.setup = setup
        self.config = config(setup, "config.json")
        self.words = config(setup, "tokenizer_config.json")
        self.longest = self._longest()
        self.session = Session(setup)
        self.session.needs(*INPUTS)
        pad = self.special("pad_token") or "[PAD]"
        self.tokenizer.enable_padding(pad_id=self._id(pad), pad_token=pad)

    def special(self, name: str) -> str:
        """A special token's text, "" if there is none."""
        found = self.words.get(name) or config(self.setup, "special_tokens_map.json").get(name)
        return str(found.get("content", "") if isinstance(found, dict) else found or "")

    def encoded(
        self, texts: Sequence[Text], cut: str = "longest_first", side: str = "right"
    ) -> list[Encoding]:
        """Padded alike; too long ones are cut."""
        self.tokenizer.enable_truncation(self.longest, strategy=cut, direction=side)
        found: list[Encoding] = self.tokenizer.encode_batch(list(texts))
        return found

    def windows(self, text: Text, stride: int, cut: str = "longest_first") -> list[Encoding]:
        """A long text in parts that overlap by `stride` tokens."""
        self.tokenizer.enable_truncation(self.longest, strategy=cut, stride=stride)
        first = self.tokenizer.encode_batch([text])[0]
        return [first, *first.overflowing]

    def run(self, encoded: Sequence[Encoding]) -> dict[str, Array]:
        ids = np.array([each.ids for each in encoded], np.int64)
        return self.session.run(
            {
                "input_ids": ids,
                "attention_mask": [each.attention_mask for each in encoded],
                "token_type_ids": [self._sides(each) for each in encoded],
                "position_ids": np.broadcast_to(np.arange(ids.shape[1]), ids.shape),
            }
        )

    def rows(self, texts: Sequence[Text], cut: str = "longest_first") -> Array:
        """A row of the first output for each text, in batches of alike length."""
        order = sorted(range(len(texts)), key=lambda place: len(str(texts[place])))
        rows: list[Any] = [None] * len(texts)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            found = self.run(self.encoded([texts[place] for place in places], cut))
            for place, row in zip(places, found[self.session.outputs[0]], strict=True):
                rows[place] = row
        return np.stack(rows)

    def _sides(self, encoded: Encoding) -> list[int]:
        """Which of two texts each token is of; always the first, where the model was not told."""
        usual = () if self.words.get("tokenizer_class") in GENERIC else ("token_type_ids",)
        if "token_type_ids" in self.words.get("model_input_names", usual):
            return encoded.type_ids
        return [0] * len(encoded.ids)

    def _id(self, token: str) -> int:
        return int(self.tokenizer.token_to_id(token) or 0)

    def _longest(self) -> int:
        """The least of what the tokenizer and the position table bear."""
        said = self.words.get("model_max_length")
        positions = self.config.get("max_position_embeddings")
        if isinstance(positions, int) and self.config.get("model_type") in OFFSET:
            positions -= 2
        known = [each for each in (said, positions) if isinstance(each, int) and 0 < each < ENDLESS]
        return min(known, default=LONGEST)
