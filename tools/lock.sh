#!/bin/sh
# Writes requirements/*.lock: exact versions with their hashes, one file for Python 3.11 to 3.14 on Linux, macOS and Windows.
#   test.lock   everything, extras included       lab.lock   what the course itself needs, the same versions
#   site.lock   and what `make site` needs
set -eu
cd "$(dirname "$0")/.."

.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
compile() {
    .venv/bin/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --group build --upgrade --quiet \
        --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}
compile --all-extras --output-file requirements/test.lock
compile --constraints requirements/test.lock --output-file requirements/lab.lock
compile --constraints requirements/test.lock --extra site --output-file requirements/site.lock
git --no-pager diff --stat -- requirements
