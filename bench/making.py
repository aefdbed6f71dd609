"""A llama of SmolLM2-135M's shape with weights by chance. python -m bench.making FOLDER"""

import sys
from pathlib import Path

from transformers import LlamaConfig, LlamaForCausalLM

from tests.inference.models import byte_tokenizer, saved


def main(folder: str) -> None:
    from_text = byte_tokenizer(bos_token="<s>", eos_token="</s>")
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
        bos_token_id=from_text.bos_token_id,
        eos_token_id=from_text.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    model.bfloat16()
    saved(model, from_text, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
