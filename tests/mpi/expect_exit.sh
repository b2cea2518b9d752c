#!/usr/bin/env bash
# expect_exit.sh CODE REGEX COMMAND...: the command must end with that code and say, on stdout or stderr, what matches.
set -u
code=$1 regex=$2
shift 2
output=$("$@" 2>&1)
got=$?
printf '%s\n' "$output"
if ((got != code)); then
  echo "expected exit code $code, got $got"
  exit 1
fi
if ! grep -qE -- "$regex" <<<"$output"; then
  echo "nothing matches: $regex"
  exit 1
fi
