#!/bin/sh
# Makes .venv from requirements.lock with nothing but python3 ≥ 3.12; run by `make setup`.
set -eu

for python in python3 python3.13 python3.14 python3.12 none; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then break; fi
done
if [ "$python" = none ]; then
  echo "Ordet needs python3 3.12 or newer; this machine has $(python3 --version 2>&1 || echo none)." >&2
  exit 1
fi

# Debian splits venv's installer into a package of its own.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
  else
    echo "The python3-venv package is missing: install it (apt-get install python3-venv) and try again." >&2
    exit 1
  fi
fi

[ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 12))' || "$python" -m venv --clear .venv
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
echo "Installing the locked requirements into .venv …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
