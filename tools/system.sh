#!/bin/sh
# tools/system.sh venv|test|bench: see that Debian's part is there, and install it when root.
# Anyone else is told the one command to run, before anything is done.
set -eu

missing=

# need PACKAGE COMMAND…: one of the commands (or paths) shows that the package is there.
need() {
    package=$1
    shift
    for command in "$@"; do
        command -v "$command" >/dev/null 2>&1 && return
    done
    missing="$missing $package"
}

case ${1:-} in
    venv) python3 -c 'import ensurepip, venv' 2>/dev/null || missing=python3-venv ;;
    test)
        need git git
        need git-lfs git-lfs
        need chromium chromium
        need espeak-ng espeak-ng
        need nodejs node
        need npm npm
        need postgresql /usr/lib/postgresql/*/bin/postgres
        ;;
    bench)
        need git git
        need nginx nginx /usr/sbin/nginx
        ;;
    *) echo "usage: tools/system.sh venv|test|bench" >&2; exit 2 ;;
esac

[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "This needs Debian's$missing. Run this, then try again:" >&2
    echo "    sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
install() {
    # shellcheck disable=SC2086 # a list of packages
    apt-get install --yes --quiet --quiet --no-install-recommends $missing
}
echo "Installing Debian's$missing …"
# A machine whose package lists are fresh is not asked to fetch them again.
install >/dev/null 2>&1 || { apt-get update --quiet --quiet && install >/dev/null; }
