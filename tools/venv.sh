#!/bin/sh
# usage: venv.sh DIR REQUIREMENT
# Make a virtual environment with the newest Python >= 3.11 found and install REQUIREMENT into it,
# editable. PYTHON=/path/to/python chooses another one.
set -eu

venv=$1
requirement=$2

# A name on the PATH may be a shim that refuses to run, so each one is asked.
suits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

newest_python() {
    for name in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
        if suits "$name"; then
            command -v "$name"
            return
        fi
    done
}

no_python() {
    echo "finops-tui needs Python 3.11 or newer; found: $(python3 --version 2>&1 || echo none)." >&2
    echo "Install one, or say where it is: make demo PYTHON=/path/to/python3" >&2
    exit 1
}

make_venv() {
    python=$(newest_python)
    if command -v uv >/dev/null 2>&1; then
        echo "Making $venv with uv" >&2
        uv venv --quiet --clear --python "${python:->=3.11}" "$venv"
        return
    fi
    [ -n "$python" ] || no_python
    echo "Making $venv with $("$python" --version)" >&2
    rm -rf "$venv"
    if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        "$python" -m venv "$venv"
    else # Debian keeps ensurepip in a package of its own; pip alone can fill the environment
        "$python" -m venv --without-pip "$venv"
    fi
}

install() {
    echo "Installing $requirement into $venv" >&2
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python "$venv/bin/python" --editable "$requirement"
    elif "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$requirement"
    else
        "$(newest_python)" -m pip --python "$venv/bin/python" install --quiet --editable "$requirement"
    fi
}

suits "$venv/bin/python" || make_venv
install
