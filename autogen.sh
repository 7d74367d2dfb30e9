#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes ./configure from a checkout.  Nothing that this writes is ever committed.
set -eu
cd "$(dirname "$0")"

for tool in autoconf automake aclocal; do
	command -v "$tool" >/dev/null 2>&1 || {
		pkg=autoconf; [ "$tool" = autoconf ] || pkg=automake
		echo "acre: autogen.sh needs $tool (Debian package $pkg)" >&2
		exit 2
	}
done

mkdir -p build-aux
autoreconf --install --force "$@"
