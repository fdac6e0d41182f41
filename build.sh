#!/usr/bin/env bash
# Zhanggui: ./build.sh run | test | test-export
#   run          set up what is missing, import the demo goods if there are none, serve http://127.0.0.1:8080
#   test         lint, types, tests
#   test-export  the tests of training and export, in .venv-export, which alone has torch (a large download)
# The first set-up needs the network and compiles llama.cpp; later starts take seconds and need no network.
set -euo pipefail
cd "$(dirname "$0")"
readonly WHEELS=.cache/wheels
VENV=.venv LOCK=requirements.lock

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# One fingerprint for everything that a set-up depends on: when it changes, set up again.
fingerprint() { cat pyproject.toml "$LOCK" build.sh | sha256sum | cut -d' ' -f1; }

locked() { sed -n "s/^$1==//p" "$LOCK"; }

# Compiled here, portably: --no-cache-dir, because pip would take a wheel of the same version that was once built
# for one machine only.
wheel() {
    compgen -G "$WHEELS/${1//-/_}-$(locked "$1")-*.whl" >/dev/null && return
    command -v g++ >/dev/null || fail "A C++ compiler is needed: apt-get install g++"
    "$VENV/bin/pip" wheel --quiet --no-cache-dir --no-deps --wheel-dir "$WHEELS" "$1==$(locked "$1")"
}

compile_engines() {
    say "[2/4] Compiling llama.cpp and hnswlib, unless done before (about 3 minutes on two cores)"
    mkdir -p "$WHEELS"
    HNSWLIB_NO_NATIVE=1 wheel hnswlib
    # Only what we load: no multi-modal library, and not llama.cpp's "common" code, which the package forces on
    # and which takes more than half of the time. No -march=native (an AMX build died with SIGILL elsewhere).
    # Without OpenMP nothing spins outside a call, and the box needs no libgomp.
    echo 'set(LLAMA_BUILD_COMMON OFF)' >.cache/llama-only.cmake
    CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) \
    CMAKE_ARGS="-DGGML_NATIVE=OFF $(portable_flags) -DGGML_OPENMP=OFF -DLLAVA_BUILD=OFF
        -DCMAKE_PROJECT_llama.cpp_INCLUDE=$PWD/.cache/llama-only.cmake" wheel llama-cpp-python
}

# AVX2 is the floor: any x86-64-v3 machine.
portable_flags() {
    case $(uname -m) in
        x86_64) echo "-DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON" ;;
        *) echo "" ;;
    esac
}

set_up() {
    local extras=$1 stamp="$VENV/.ready-$1"
    [[ -f $stamp && $(<"$stamp") == "$(fingerprint)" ]] && return
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed."
    say "[1/4] Python environment"
    [[ -x $VENV/bin/python ]] || python3 -m venv "$VENV" || fail "apt-get install python3-venv"
    compile_engines
    say "[3/4] Python packages"
    "$VENV/bin/pip" install --quiet --find-links "$WHEELS" --constraint "$LOCK" \
        --editable ".${extras:+[$extras]}"
    fingerprint >"$stamp"
}

browser() {
    command -v chromium >/dev/null && return
    [[ $(id -u) == 0 ]] || fail "The page tests need a browser: sudo apt-get install chromium"
    say "Installing chromium for the page tests"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
}

case ${1:-} in
    run)
        set_up ""
        say "[4/4] Models, goods, server"
        exec "$VENV/bin/zhanggui" serve "${@:2}"
        ;;
    test)
        set_up dev
        browser
        say "ruff" && "$VENV/bin/ruff" check . && "$VENV/bin/ruff" format --check .
        say "mypy" && "$VENV/bin/mypy" runtime export tests
        say "pytest" && "$VENV/bin/pytest" -n 2 "${@:2}"
        ;;
    test-export)
        VENV=.venv-export LOCK=requirements-export.lock
        set_up dev,export
        "$VENV/bin/pytest" tests/export/test_export_*.py "${@:2}"
        ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
