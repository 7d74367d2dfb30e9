# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # tmp, srcdir and acre's place come from whoever includes this
# The fuzzer of system calls in a guest, for t/675 and make fuzz.  It wants $tmp, $srcdir (t/) and $top_builddir.
#
#   callfuzz_build                               makes $callfuzz
#   callfuzz_made FILE...                        how many calls the programs that wrote these outputs have made
#   callfuzz_boot DIR SEED SEEDS CALLS OPTION... SEEDS programs of CALLS calls each in one boot; outputs go to DIR.
#       It fails, and says why and how to replay, unless each of them ended, well or by a signal, and acre run did
: "${CC_FOR_BUILD:=cc}"
CALLFUZZ_SECONDS=180 # for a boot
CALLFUZZ_MEMORY=256M
callfuzz=$tmp/callfuzz

# A handler leaves by a jump, and what it leaves may have another thread pointer: no red zone, no stack protector.
callfuzz_build() {
	$CC_FOR_BUILD -O2 -Wall -Wextra -static -fno-stack-protector -mno-red-zone -I"$srcdir/../src" -o "$callfuzz" \
		"$srcdir"/user/callfuzz*.c
}

# What a program printed last counts: it may have been ended before its end.
callfuzz_made() {
	awk 'FNR == 1 { sum += last; last = 0 } $1 == "calls" { last = $2 } END { print sum + last }' "$@"
}

# callfuzz_ended STATUS: well, or by a signal.
callfuzz_ended() {
	[ "${1:-1}" = 0 ] || [ "${1:-1}" -gt 128 ]
}

callfuzz_boot() {
	dir=$1 seed=$2 seeds=$3 each=$4
	shift 4
	mkdir -p "$dir"
	for i in $(seq 0 $((seeds - 1))); do echo "'$callfuzz' $((seed + i)) $each"; done >"$dir/commands"
	timeout -k 5 $CALLFUZZ_SECONDS "$top_builddir/acre" run --memory $CALLFUZZ_MEMORY "$@" --commands "$dir/commands" \
		--out "$dir" </dev/null >"$dir/run.said" 2>"$dir/err"
	run_status=$?
	i=0 status=0
	while [ $i -lt "$seeds" ]; do
		i=$((i + 1))
		status=$(cat "$dir/$(printf "%0${#seeds}d" $i).status" 2>/dev/null)
		callfuzz_ended "$status" || break
	done
	callfuzz_ended "$status" && [ "$run_status" = "$status" ] && ! grep -i -e panic -e ledger: "$dir/err" && return
	echo "seed $((seed + i - 1)): status '$status', acre run ended with $run_status; replay with:" \
		"acre run --memory $CALLFUZZ_MEMORY${*:+ $*} callfuzz $((seed + i - 1)) $each"
	tail -n 5 "$dir/err"
	return 1
}
