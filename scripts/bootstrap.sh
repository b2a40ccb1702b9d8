#!/usr/bin/env bash
# Create .venv and install the locked dependencies and this package into it. Run again, it finds everything done.
#
#   scripts/bootstrap.sh base|dev|bench        PYTHON=python3.12 chooses another interpreter
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-base}
python=${PYTHON:-python3}
case $kind in
    base) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    bench) lock=requirements-bench.lock ;;
    *) echo "usage: scripts/bootstrap.sh base|dev|bench" >&2; exit 2 ;;
esac

say() { echo "bootstrap: $*" >&2; }

sum=$(cat "$lock" pyproject.toml scripts/bootstrap.sh | sha256sum | cut -d' ' -f1)
stamp=.venv/.installed-$kind
if [[ -x .venv/bin/python && -f $stamp && $(<"$stamp") == "$sum" ]]; then
    exit 0
fi

if ! command -v "$python" >/dev/null; then
    say "$python is not there; install Python 3.11 or newer (Debian: apt-get install python3 python3-venv)"
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say "$("$python" --version) is too old; Python 3.11 or newer is needed, name it with PYTHON=..."
    exit 1
fi

may_install_packages() { [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; }

bring_ensurepip() { # Debian keeps it in a package of its own, without which no environment can be made
    if may_install_packages; then
        say "installing the Debian package python3-venv"
        scripts/apt_install.sh python3-venv
    else
        say "$python can not create an environment, it lacks ensurepip; run: sudo apt-get install python3-venv"
        exit 1
    fi
}

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    "$python" -c 'import ensurepip' 2>/dev/null || bring_ensurepip
    say "creating .venv with $("$python" --version)"
    if ! complaint=$("$python" -m venv .venv 2>&1); then
        rm -rf .venv
        say "$python -m venv .venv failed: $complaint"
        exit 1
    fi
fi

compiles() { # one peer of the benchmarks (pdqhash) comes as C++ for some versions of Python
    command -v g++ >/dev/null && .venv/bin/python -c \
        'import pathlib, sysconfig, sys; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").is_file())'
}

if [[ $kind == bench ]] && ! compiles && may_install_packages; then
    say "installing the Debian packages g++ and python3-dev"
    scripts/apt_install.sh g++ python3-dev
fi

say "installing $lock (a few minutes the first time)"
pip=(.venv/bin/python -m pip -qq --disable-pip-version-check)
if ! "${pip[@]}" install --require-hashes -r "$lock"; then
    say "pip could not install $lock; its reasons are above. Behind a firewall name your mirror in PIP_INDEX_URL, or a"
    say "folder with these files in PIP_FIND_LINKS together with PIP_NO_INDEX=1, and run this again"
    if [[ $kind == bench ]] && ! compiles; then
        say "if it missed a compiler or Python.h: sudo apt-get install g++ python3-dev"
    fi
    exit 1
fi
"${pip[@]}" install --no-deps --no-build-isolation --editable .
echo "$sum" >"$stamp"
