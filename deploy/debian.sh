#!/bin/sh
# Sees to it that what the whole suite needs is there: installs it as root, else says what is missing.
set -eu

missing=""
command -v chromium >/dev/null || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v xgettext >/dev/null || missing="$missing gettext"
command -v spamassassin >/dev/null || missing="$missing spamassassin"
command -v npm >/dev/null || missing="$missing nodejs npm"
# What a benchmark wants besides, where the command is called like its package.
for extra in "$@"; do command -v "$extra" >/dev/null || missing="$missing $extra"; done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing for the whole suite:$missing. Install them (apt-get install$missing) and try again." >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
