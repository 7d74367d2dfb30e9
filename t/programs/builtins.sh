# SPDX-License-Identifier: Apache-2.0
# What a shell does by itself, without another process.
echo "arguments: $# $*"
i=0 sum=0
while [ "$i" -lt 20000 ]; do
	i=$((i + 1))
	sum=$(((sum * 31 + i) & 0xffffff))
done
echo "sum $sum"
lines=0
while read -r number word rest; do
	case $rest in
	*pear) lines=$((lines + number)) ;;
	esac
done <words.txt
echo "pears $lines $word"
fail() { return 3; }
fail || echo "status $?"
for file in tree/sub/*; do
	[ -d "$file" ] && echo "directory $file"
done
trap 'echo caught' USR1
kill -USR1 $$
cd tree/sub && echo "in ${PWD##*/}"
umask 022
printf '%5.2f|%-6s|%x\n' 3.14159 abc 255
eval 'set -- x y z; echo "$3"'
unset nothing
echo "${nothing-default} ${sum#?}"
trap 'echo the end; exit 7' EXIT
