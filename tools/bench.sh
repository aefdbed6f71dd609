#!/bin/sh
# tools/bench.sh [CASE…]: measure against real peers on this machine.
set -eu
cd "$(dirname "$0")/.."

tools/system.sh bench
tools/setup.sh dev
exec .venv/bin/python -m bench.run "$@"
