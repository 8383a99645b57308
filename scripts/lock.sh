#!/usr/bin/env bash
# Resolve requirements/*.in into hashed locks that hold for Python 3.10 to 3.12. Needs uv (`make test` installs it).
set -euo pipefail
cd "$(dirname "$0")/../requirements"
uv=${UV:-../.venv/bin/uv}

# lock NAME INPUTS...: writes NAME.txt; versions of demo.txt hold in the locks made after it.
lock() {
    local name=$1
    shift
    "$uv" pip compile "$@" --output-file "$name.txt" --universal --python-version 3.10 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --upgrade
}

lock bootstrap bootstrap.in
lock demo demo.in ros.in
lock test demo.in ros.in test.in --constraint demo.txt
lock demo-sourced demo.in sourced.in
lock test-sourced demo.in sourced.in test.in --constraint demo-sourced.txt
lock franka-sim franka-sim.in --no-deps
