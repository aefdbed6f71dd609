#!/bin/sh
# tools/check.sh: everything that needs no running hub: style, types, house rules, scripts.
set -eu
cd "$(dirname "$0")/.."

tools/setup.sh dev
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/mypy
.venv/bin/python -m pytest tests/architecture
if [ -d tests/js ] && command -v node >/dev/null; then
    node --test tests/js/*.test.js
fi
