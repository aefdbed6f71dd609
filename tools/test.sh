#!/bin/sh
# tools/test.sh [PYTEST ARGUMENTS]: install what tests need, then run them.
set -eu
cd "$(dirname "$0")/.."

tools/system.sh test
tools/setup.sh dev
# A file's tests stay on one worker, so that they share the server they started.
exec .venv/bin/python -m pytest --numprocesses "${JOBS:-2}" --dist loadfile "$@"
