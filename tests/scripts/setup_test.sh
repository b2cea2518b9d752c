#!/usr/bin/env bash
# scripts/setup against a made-up distribution: dpkg-query, apt-get and apt-cache are replaced, nothing is installed.
#   setup_test.sh SETUP
set -euo pipefail
setup=$1
fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
failures=0

# $fake/installed and $fake/offered list packages, one a line; $fake/calls records what apt-get is asked.
cat >"$fake/dpkg-query" <<'END'
#!/bin/bash
grep -qx -- "${!#}" "${0%/*}/installed" && printf 'ii '
END
cat >"$fake/apt-cache" <<'END'
#!/bin/bash
grep -x -- "${!#}" "${0%/*}/offered" || true
END
cat >"$fake/apt-get" <<'END'
#!/bin/bash
echo "$*" >>"${0%/*}/calls"
END
printf '#!/bin/bash\nexec "$@"\n' >"$fake/sudo"
chmod +x "$fake"/*

packages=(g++ make cmake ninja-build pkg-config git ca-certificates libboost-graph-dev libprotobuf-dev
  protobuf-compiler libcli11-dev libspdlog-dev libfmt-dev libgtest-dev libgmock-dev librandom123-dev libxxhash-dev
  libbenchmark-dev libpugixml-dev libyaml-dev zlib1g-dev libsqlite3-dev libnlopt-dev libopenmpi-dev openmpi-bin libhwloc-dev)

# run ARGUMENT...: output in $output, exit code in $code.
run() {
  : >"$fake/calls"
  code=0
  output=$(PATH="$fake:$PATH" "$setup" "$@" 2>&1) || code=$?
}
have() { printf '%s\n' "$@" >"$fake/installed"; }
offer() { printf '%s\n' "$@" >"$fake/offered"; }
expect() { # WHAT CONDITION...
  local what=$1
  shift
  if ! "$@"; then
    printf 'FAIL: %s\n  exit %s, output:\n%s\n  apt-get was asked:\n%s\n' "$what" "$code" "$output" "$(<"$fake/calls")"
    failures=1
  fi
}
says() { [[ $output == *"$1"* ]]; }
asked() { grep -q -- "$1" "$fake/calls"; }
not() { ! "$@"; }

have "${packages[@]}"
offer mold ccache clang-19
run
expect "all is there: it says nothing" test -z "$output"
expect "all is there: it asks nothing" test ! -s "$fake/calls"
expect "all is there: it is content" test "$code" = 0

have "${packages[@]/cmake/}"
run
expect "cmake is missing: it says so" says "setup: missing: cmake"
expect "cmake is missing: lists are brought up to date first" test "$(grep -c update <(head -1 "$fake/calls"))" = 1
expect "cmake is missing: it is installed, with the faster linker and the compiler cache" \
  asked 'install -y --no-install-recommends cmake ccache mold$'
expect "cmake is missing: it says what it installs" says "installing, with what they depend on: cmake ccache mold"

offer nothing
run
expect "no ccache here: it goes on without" asked 'install -y --no-install-recommends cmake$'
expect "no ccache here: it says so" says "builds without: ccache mold"

have "${packages[@]}"
offer clang-19 clang-format-19
run dev
expect "dev: the tools that exist are installed" asked 'install -y --no-install-recommends clang-19 clang-format-19$'
expect "dev: those that do not are named" says "does not offer, and polyplane builds without: clang-tidy-19"

offer nothing
run dev
expect "dev: no clang 19 in this distribution is no error" test "$code" = 0
expect "dev: nothing is installed then" not asked install

offer libsimgrid-dev clang-19
run bench
expect "bench: SimGrid and nothing of dev" asked 'install -y --no-install-recommends libsimgrid-dev$'

offer nothing
run bench
expect "bench: without SimGrid in this distribution it goes on" test "$code" = 0
expect "bench: and says so" says "does not offer, and polyplane builds without: libsimgrid-dev"

run developer
expect "unknown tier: refused" test "$code" = 2
expect "unknown tier: the allowed ones are named" says 'unknown tier "developer"; allowed: build, dev, bench'
exit $failures
