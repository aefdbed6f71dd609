"""Tasks on ONNX Runtime, with `tokenizers` and numpy alone: 60 MB where torch takes 1.4 GB."""
