# Sourced by the other scripts, from bash, with `set -euo pipefail`: goes to the top of the tree and
# defines what they share. Leaves the caller in $root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

# A build of another clone hits the same ccache entries: paths below $root are hashed as relative.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1

# Git may read this tree although another user owns it, as in a container with a mounted clone.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$root

say() { printf '%s\n' "$*" >&2; }

# die WHAT [HINT]
die() {
    say "error: $1"
    [ $# -lt 2 ] || say "hint: $2"
    exit 2
}

# quietly LOG COMMAND...: the output goes to LOG and is shown only if the command fails.
quietly() {
    local log=$1 code=0
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || code=$?
    [ "$code" -eq 0 ] || cat "$log" >&2
    return "$code"
}

# own_files PATTERN...: the tree's own files that match, tracked or about to be, NUL between them.
own_files() { git ls-files -z --cached --others --exclude-standard --deduplicate -- "$@"; }

# run_or_list KIND NAME [ARGS...]: runs bench/NAME/KIND, or lists what there is where no NAME is
# given. The line beside a name is the title of its README.md.
run_or_list() {
    local kind=$1 entry name
    shift
    if [ $# -eq 0 ]; then
        for entry in bench/*/"$kind"; do
            [ -x "$entry" ] || continue
            name=$(basename "$(dirname "$entry")")
            printf '%-12s %s\n' "$name" "$(sed -n "1s/^# *$name: *//p" "bench/$name/README.md")"
        done
        return
    fi
    name=$1
    shift
    [ -x "bench/$name/$kind" ] || die "there is no bench/$name/$kind" "$0 alone lists the names"
    script/build release >&2
    export ADVISOR=$root/build/release/advisor PATH=$root/.venv/bin:$PATH
    exec "bench/$name/$kind" "$@"
}
