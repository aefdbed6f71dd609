#!/bin/sh
# tools/test.sh [PYTEST ARGUMENTS]: install what tests need, then run them.
set -eu
cd "$(dirname "$0")/.."

tools/system.sh test
tools/setup.sh dev
# A file's tests stay on one worker, so that they share the server they started.
# Where nobody watches, what fails is tried once more, alone, and named: it is a defect still.
again=${CI:+--reruns=1 -rR}
# shellcheck disable=SC2086 # two words
exec .venv/bin/python -m pytest $again --numprocesses "${JOBS:-2}" --dist loadfile "$@"
