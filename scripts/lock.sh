#!/bin/sh
# Compile requirements/*.in into hash-pinned requirements/*.txt: `make lock`. Run it with the oldest Python that is
# supported, because numpy and scipy drop old Pythons early: pins resolved there install on the newer ones too, pins
# resolved on a newer one may not. Environment: PYTHON, the interpreter (python3); UPGRADE=1 takes the newest versions,
# else existing pins stay where they still fit.
set -eu
cd "$(dirname "$0")/../requirements"
PYTHON=${PYTHON:-python3}
OLDEST=3.11

version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$version" != "$OLDEST" ]; then
    echo "make lock needs Python $OLDEST, the oldest supported one; $PYTHON is $version." \
        "Name it: make lock PYTHON=python$OLDEST" >&2
    exit 1
fi

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT INT TERM
"$PYTHON" -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check pip-tools
for layer in build base duckdb dev spark conformance; do
    # The --no-emit options keep every address and local path out of the pins.
    "$tools/bin/pip-compile" --quiet ${UPGRADE:+--upgrade} --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
        --annotation-style=line --output-file "$layer.txt" "$layer.in"
    echo "requirements/$layer.txt written"
done
