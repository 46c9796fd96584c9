#!/bin/sh
# Makes the virtual environment that every `make` target works in, or says in one sentence what is missing.
#   sh tools/environment.sh lab|site|test   .venv with the exact versions of requirements/lab.lock, site.lock or test.lock
#   sh tools/environment.sh newest|lowest   .venv-newest, .venv-lowest: the two ends of what pyproject.toml allows
# PYTHON=/path/to/python chooses the interpreter. Does nothing where everything is in place already.
set -eu
cd "$(dirname "$0")/.."

kind=$1
case $kind in
    lab | site | test) venv=.venv; needs="requirements/$kind.lock pyproject.toml" ;;
    newest | lowest) venv=.venv-$kind; needs=pyproject.toml ;;
    *) echo "tools/environment.sh: there is no environment '$kind'" >&2; exit 2 ;;
esac

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# A stamp says for which place and which needs the environment was made: a checkout of other versions or a moved
# folder brings it up to date again; a touched file does not.
state() { pwd; cksum $needs; }

ready() {
    [ -f "$venv/$1.stamp" ] && [ "$(state)" = "$(cat "$venv/$1.stamp")" ] && "$venv/bin/python" -c '' 2>/dev/null
}

is_at_least() { "$1" -c "import sys; sys.exit(sys.version_info < (3, $2))" >/dev/null 2>&1; }

can_make_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The user's own choice; else `python3` if it will do, else the newest that has a number in its name.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_at_least "$PYTHON" 11 || fail "PYTHON=$PYTHON is not a Python 3.11 or newer: choose another or leave PYTHON unset."
        can_make_environments "$PYTHON" || fail "$PYTHON cannot make virtual environments: $venv_hint"
        return
    fi
    lame=
    for PYTHON in python3 python3.14 python3.13 python3.12 python3.11 python; do
        is_at_least "$PYTHON" 11 || continue
        can_make_environments "$PYTHON" && return
        lame=${lame:-$PYTHON}
    done
    [ -z "$lame" ] || fail "$lame cannot make virtual environments: $venv_hint"
    found=$(python3 --version 2>/dev/null) || found="no Python"
    fail "The course needs Python 3.11 or newer and found $found: install one (python.org, apt, brew, conda) or say where it is, make lab PYTHON=/path/to/python3."
}
venv_hint="install its venv module (Debian and Ubuntu: sudo apt-get install python3-venv) and try again."

pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

install() {
    case $kind in
        lab | site | test)
            pip install --require-hashes -r "requirements/$kind.lock" &&
                pip install --no-deps --no-build-isolation -e .
            ;;
        newest) pip install --upgrade --upgrade-strategy eager -e ".[test,browser,data,slides,cluster,site]" ;;
        lowest)
            pip install uv &&
                "$venv/bin/python" -m uv pip install --python "$venv/bin/python" --upgrade --resolution lowest-direct \
                    -e ".[test,browser,data,slides,cluster,site]"
            ;;
    esac
}

explain() {
    if grep -qiE 'NewConnectionError|NameResolution|name resolution|Connect(ion)?Timeout|Connection (refused|reset|broken)|unreachable|ProxyError|dns error|error sending request|Failed to (connect|fetch)' "$venv/install.log"; then
        fail "No network: the first installation downloads its packages, and the Python package index could not be reached ($venv/install.log has the details)."
    fi
    fail "The installation failed: $(grep -i '^ *error' "$venv/install.log" | tail -n 1) ($venv/install.log has the details)"
}

ready "$kind" && exit 0
if ! pip --version >/dev/null 2>&1; then
    find_python
    "$PYTHON" -m venv --clear "$venv" || fail "$PYTHON could not make the virtual environment $venv in $(pwd)."
fi
is_at_least "$venv/bin/python" 11 || fail "$venv holds a Python older than 3.11: remove that folder and try again."
echo "Installing what is needed into $venv (once, a few minutes) ..."
install >"$venv/install.log" 2>&1 || explain
state >"$venv/$kind.stamp"
case $kind in # each lock holds those before it
    test) also="lab site" ;;
    site) also=lab ;;
    *) also= ;;
esac
for kind in $also; do
    needs="requirements/$kind.lock pyproject.toml"
    state >"$venv/$kind.stamp"
done
