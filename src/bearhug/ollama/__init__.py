"""Ollama's registry: GGUF repos pulled by `ollama run this-hub/owner/name:Q4_K_M`.

model.py     the words: Layer, Manifest, media types
families.py  how well-known chat templates read in Ollama's language
service.py   a repo as a manifest, and the blobs that it names
wire.py      /v2/: manifests and blobs
"""
