#!/usr/bin/env bash
# Resolve pyproject.toml into the two lock files, with hashes and without addresses. Needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade --quiet "$@"
}
compile --output-file requirements.lock
compile --extra dev --output-file requirements-dev.lock
