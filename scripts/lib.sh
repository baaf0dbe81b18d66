# Shared by the scripts: a private Postgres on a free loopback port, started for a run and ended with it.
# shellcheck shell=bash

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# stage NAME: begins a stage of a script, and notes how long the one before took.
STAGES=()
stage() {
  end_stage
  STAGE=$1
  STAGE_BEGAN=$SECONDS
  say "$1"
}

end_stage() {
  [ -n "${STAGE:-}" ] || return 0
  local took=$((SECONDS - STAGE_BEGAN))
  STAGES+=("$(printf '%4d min %02d s  %s' $((took / 60)) $((took % 60)) "$STAGE")")
  STAGE=
}

# The longest first.
longest_stages() {
  end_stage
  say "how long each stage took"
  [ ${#STAGES[@]} = 0 ] || printf '%s\n' "${STAGES[@]}" | sort -rn -k1,1 -k3,3
}

# slowest_tests TIMES LOG: the ten slowest of the tests that have written their seconds and names to TIMES, and what LOG, the
# output of `cargo test`, says of the slowest programs of tests.
slowest_tests() {
  [ -s "$1" ] || return 0
  say "the ten slowest tests of the suite, in seconds"
  awk '{ took[$2] += $1 } END { for (test in took) printf "%8.1f  %s\n", took[test], test }' "$1" | sort -rn | sed -n 1,10p
  [ -s "$2" ] || return 0
  say "the five slowest programs of tests, in seconds"
  awk '/^ *Running / { sub(/^.*\//, ""); sub(/-[0-9a-f]+\)$/, ""); name = $0 }
       /^test result: .* finished in / { sub(/s$/, "", $NF); printf "%8.1f  %s\n", $NF, name }' "$2" | sort -rn | sed -n 1,5p
}

# A port that nothing listens on now.
free_port() {
  python3 - <<'PY' 2>/dev/null || perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen=>1,LocalAddr=>"127.0.0.1")->sockport'
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])
PY
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# need PROGRAM PACKAGE: installs Debian's PACKAGE when PROGRAM is not there.
need() {
  command -v "$1" >/dev/null 2>&1 && return
  say "installing $2 (for $1)"
  [ -n "${APT_UPDATED:-}" ] || { as_root apt-get update -qq; APT_UPDATED=1; }
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null
}

postgres_bin() {
  local bin
  for bin in /usr/lib/postgresql/*/bin; do [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && echo "$bin"; done | sort -V | tail -n 1
}

# Starts a Postgres of our own and exports BANYAN_TEST_POSTGRES.
start_postgres() {
  local bin
  bin=$(postgres_bin)
  if [ -z "$bin" ]; then
    need /usr/lib/postgresql/bin/initdb postgresql
    bin=$(postgres_bin)
  fi
  PG_FOLDER=$(mktemp -d)
  PG_PORT=$(free_port)
  PG_RUN=()
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$PG_FOLDER"
    PG_RUN=(runuser -u postgres --)
  fi
  "${PG_RUN[@]}" "$bin/initdb" -D "$PG_FOLDER/data" -A trust -U postgres -E UTF8 --locale=C >"$PG_FOLDER.log" 2>&1
  "${PG_RUN[@]}" "$bin/pg_ctl" -D "$PG_FOLDER/data" -w -t 60 -l "$PG_FOLDER/log" start \
    -o "-p $PG_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories=$PG_FOLDER -c max_connections=500 -c shared_buffers=256MB ${PG_OPTIONS:-}" >/dev/null
  PG_BIN=$bin
  export BANYAN_TEST_POSTGRES="postgres://postgres@127.0.0.1:$PG_PORT/postgres"
}

stop_postgres() {
  [ -n "${PG_FOLDER:-}" ] || return 0
  "${PG_RUN[@]}" "$PG_BIN/pg_ctl" -D "$PG_FOLDER/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$PG_FOLDER" "$PG_FOLDER.log"
  PG_FOLDER=
}

# Checks the locked dependencies against the advisory database (RustSec). If it cannot be reached, a warning says so, and the
# run continues: a machine without internet access must be able to run the tests.
advisories() {
  local said
  command -v cargo-deny >/dev/null 2>&1 || cargo install cargo-deny --locked --quiet --version "^0.20"
  if said=$(cargo deny --log-level error fetch db 2>&1) || [ "${BANYAN_ADVISORIES:-}" = kept ]; then
    cargo deny --log-level error check advisories
  else
    printf '%s\n' "$said" | tail -n 3 >&2
    printf '\n\033[1m!! NOT CHECKED: advisories. The RustSec database cannot be reached, so known vulnerabilities of\n!! dependencies were not looked up. Run `cargo deny check advisories` on a machine with internet access.\033[0m\n\n' >&2
  fi
}

# bill_of_materials FILE: writes banyan's dependencies as CycloneDX JSON. cargo-cyclonedx is installed into the target
# folder when it is missing.
bill_of_materials() {
  local tools
  tools=$(target_folder)/tools
  PATH=$tools/bin:$PATH
  command -v cargo-cyclonedx >/dev/null 2>&1 ||
    CARGO_BUILD_JOBS=${CARGO_BUILD_JOBS:-1} cargo install cargo-cyclonedx --locked --quiet --version "=0.5.9" --root "$tools"
  # It writes beside the manifest of each package of the workspace; only the binary's is wanted.
  cargo cyclonedx --format json --spec-version 1.5 --override-filename banyan-bill --quiet
  mv banyan-bill.json "$1"
  find . -name banyan-bill.json -not -path './target/*' -delete
  printf '%s components\n' "$(grep -c '"purl"' "$1")"
}

# Where cargo builds.
target_folder() { cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'; }
