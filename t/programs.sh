# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2086,SC2154 # flags and arguments are lists of words; tap.sh sets srcdir, tmp ...
# Programs of t/user that must say the same, and end in the same way, on this host's Linux and under acre run.  After
# tap.sh; the test defines runs(), which prints a line a run: NAME EMULATOR FLAGS: ARGUMENTS.  EMULATOR may be
# EMULATOR,MEMORY.  With -lruntime-host among its flags a program uses the runtime library.
#
#   compare_all               a point for each of them
need qemu-system-x86_64 qemu-system-x86
: "${CC_FOR_BUILD:=cc}"
acre=$top_builddir/acre
runtime="-DACRE_HOST=1 -I$top_builddir/gen -L$top_builddir"
for each in runtime x86_64 . host; do runtime="$runtime -I$srcdir/../src/$each"; done

# compare NAME EMULATOR FLAGS ARGUMENTS: one point.
compare() {
	desc="$1 ($3) under $2: as on this host"
	if [ "${2%,*}" = bochs ] && ! command -v bochs >/dev/null 2>&1; then
		skip "$desc" "needs bochs (Debian package bochs)"
		return
	fi
	library= # its headers have names of the system's
	case $3 in
	*-lruntime-host*)
		library=$runtime
		if grep -q __asan_init "$top_builddir/libruntime-host.a"; then
			skip "$desc" "the build has sanitizers"
			return
		fi
		;;
	esac
	if ! $CC_FOR_BUILD -O2 -Wall -Wextra $library -o "$tmp/$1" "$srcdir/user/$1.c" $3 >"$tmp/cc" 2>&1; then
		fail "$desc"
		tap_show "$tmp/cc"
		return
	fi
	eval "set -- $1 $2 $4"
	name=$1 emulator=${2%,*} memory=${2#"${2%,*}"}
	shift 2
	(cd "$tmp" && ACRE_TEST=x "./$name" "$@" </dev/null >host.out 2>host.err; echo "exit $?" >>host.out)
	timeout 240 "$acre" run --emulator "$emulator" ${memory:+--memory ${memory#,}} --env ACRE_TEST=x \
		"$tmp/$name" "$@" \
		</dev/null >"$tmp/acre.out" 2>"$tmp/acre.err"
	echo "exit $?" >>"$tmp/acre.out"
	if cmp -s "$tmp/host.out" "$tmp/acre.out"; then pass "$desc"; else
		fail "$desc"
		diff "$tmp/host.out" "$tmp/acre.out" | sed 's/^/# /' | head -n 40
		tap_show "$tmp/acre.err"
	fi
}

compare_all() {
	runs >"$tmp/runs"
	while IFS= read -r line; do
		head=${line%%:*}
		name=${head%% *} rest=${head#* }
		compare "$name" "${rest%% *}" "${rest#* }" "${line#*:}"
	done <"$tmp/runs"
}
