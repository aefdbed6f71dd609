# Everything one does with the project. `make` alone lists it; tools/*.sh does the work.
PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= bearhug-data
JOBS ?= 2
ARGS ?=

export JOBS

.PHONY: help setup engines serve test check bench lock clean

help:  ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile | expand -t 14
	@echo 'PORT=, HOST=, DATA= for serve; JOBS=, ARGS= for test; ARGS= (names of cases) for bench.'

setup:  ## create .venv and install the locked dependencies and the starter model
	@tools/setup.sh base

engines:  ## install what runs models beside GGUF: PyTorch, transformers, ONNX … (1.4 GB)
	@tools/setup.sh engines

serve: setup  ## start the hub on http://localhost:8000 with its starter content
	@.venv/bin/bearhug serve --data '$(DATA)' --host '$(HOST)' --port '$(PORT)' $(ARGS)

test:  ## install what tests need and run them all; ARGS='tests/repos -k name' for some
	@tools/test.sh $(ARGS)

check:  ## style, types, the rules of the house, and the scripts' own tests
	@tools/check.sh

bench:  ## measure against real peers; ARGS='download commit' for some
	@tools/bench.sh $(ARGS)

lock:  ## resolve the dependencies anew into requirements/ (needs uv)
	@tools/lock.sh

clean:  ## remove what was built and installed; the data folder stays
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache bench/results src/*.egg-info
	@find src tests bench -name __pycache__ -prune -exec rm -rf {} +
