#!/usr/bin/env bash
# Resolve pyproject.toml into the three lock files, with hashes and without addresses. Needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
        --generate-hashes --no-header --no-emit-index-url --no-annotate --upgrade --quiet "$@"
}
compile --output-file requirements.lock
compile --extra dev --output-file requirements-dev.lock
# The benchmarks measure what the tests test: the same versions, and the peers on top.
compile --extra dev --extra bench --constraint requirements-dev.lock --output-file requirements-bench.lock
