# SPDX-License-Identifier: Apache-2.0
{
	count[$4]++
	sum[$4] += $1
	if (length($0) > longest)
		longest = length($0)
	text = substr($0, 3) text
	if (length(text) > 1000)
		text = ""
}
END {
	printf "apples %d %d, pears %d %d\n", count["apple"], sum["apple"], count["pear"], sum["pear"]
	print longest, toupper(substr(text, 1, 60))
	for (i = 0; i < 100000; i++)
		s = (s * 16807 + i) % 2147483647
	print s, sqrt(2), int(exp(10)), index("kernel", "nel")
}
