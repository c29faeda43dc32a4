#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# offers.sh NM SRCTREE SRCARCH SYMVERS COMPILER [FLAG...]
#
# Which names of doc/contract.md does this kernel offer to modules? Each name
# is tried by itself: compiled as the driver calls it, with the headers that
# mention it, wherever in the tree they are, and all that it links with has to
# be exported. Prints offers.h; include/pinlab_uapi.h has the list and the words.
set -u

nm=$1 srctree=$2 arch=$3 symvers=$4
shift 4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

names='FOLL_EXCLUSIVE unpin_exc_pages unpin_exc_pages_dirty_lock unexc_user_page
reexc_user_page folio_maybe_exclusive_pinned page_maybe_exclusive_pinned'

# As the driver uses it. What returns a result has to return one of that type:
# a bool in place of an error would be taken for its opposite.
use_of() {
	case $1 in
	FOLL_EXCLUSIVE)
		echo '_Static_assert(FOLL_EXCLUSIVE > 0, "a flag");' ;;
	unpin_exc_pages)
		echo 'TRY void use(struct page **p, unsigned long n) { unpin_exc_pages(p, n); }' ;;
	unpin_exc_pages_dirty_lock)
		echo 'TRY void use(struct page **p, unsigned long n, bool dirty)'
		echo '{ unpin_exc_pages_dirty_lock(p, n, dirty); }' ;;
	unexc_user_page)
		echo 'TRY void use(struct page *p) { unexc_user_page(p); }' ;;
	reexc_user_page)
		echo 'TRY int use(struct page *p) { return reexc_user_page(p); }'
		echo 'RETURNS(reexc_user_page((struct page *)0), int, int)' ;;
	*_maybe_exclusive_pinned)
		echo "TRY bool use(struct ${1%%_*} *p) { return $1(p); }"
		echo "RETURNS($1((struct ${1%%_*} *)0), bool, int)" ;;
	esac
}

compile() {	# compile NAME COMPILER [FLAG...]: the program on standard input
	local to=$work/$1
	shift
	{
		echo '#include <linux/mm.h>'
		[ ! -e "$work/headers" ] || cat "$work/headers"
		echo '#define TRY static __attribute__((used))'
		echo '#define IS(e, t) __builtin_types_compatible_p(typeof(e), t)'
		echo '#define RETURNS(e, t, u) _Static_assert(IS(e, t) || IS(e, u), "the type");'
		cat
	} > "$to.c"
	"$@" -Werror -c -o "$to.o" "$to.c" 2> "$to.log"
}

is_declared() {
	local name=$1
	shift
	compile "$name.declared" "$@" <<- END
		#ifndef $name
		TRY void use(void) { (void)($name); }
		#endif
	END
}

# It may be inline, and what it calls is what counts.
is_exported() {
	local symbol
	for symbol in $("$nm" -u "$work/$1.o" | sed 's/.* //'); do
		[ "$symbol" = _GLOBAL_OFFSET_TABLE_ ] || grep -q "	$symbol	" "$symvers" || return 1
	done
}

try() {		# try NAME COMPILER [FLAG...]
	local name=$1 is=0
	shift
	if use_of "$name" | compile "$name" "$@"; then
		is=1
		is_exported "$name" || is=3
	elif is_declared "$name" "$@"; then
		is=2
	fi
	echo "#define OFFER_$name $is" > "$work/$name.is"
}

# "#include <linux/x.h>" for each header that mentions one of the names.
find_headers() {
	# shellcheck disable=SC2086 # words are wanted
	(cd "$srctree" && grep -rlwF "$(printf '%s\n' $names)" include "arch/$arch/include") \
		> "$work/found"
	sed 's,^arch/[^/]*/include/,,; s,^include/,,; s,^uapi/,,; s,.*,#include <&>,' \
		"$work/found" | sort -u > "$work/headers"
}

# Those of them that can be included.
try_headers() {
	local line
	mv "$work/headers" "$work/all"
	while read -r line; do
		echo "$line" | compile header "$@" && echo "$line"
	done < "$work/all" > "$work/good"
	mv "$work/good" "$work/headers"
}

is_mentioned() {
	[ -s "$work/found" ] && (cd "$srctree" && xargs grep -qwF "$1" < "$work/found")
}

# Most series offer all that they mention: then one look is enough.
try_all() {
	local name
	for name in $mentioned; do
		use_of "$name" | sed "s/ use(/ use_$name(/"
	done | compile all "$@" && is_exported all || return 1
	for name in $mentioned; do
		echo "#define OFFER_$name 1" > "$work/$name.is"
	done
}

find_headers
mentioned=
for name in $names; do
	if is_mentioned "$name"; then
		mentioned="$mentioned $name"
	else
		echo "#define OFFER_$name 0" > "$work/$name.is"
	fi
done
if [ "$mentioned" ] && ! try_all "$@"; then
	try_headers "$@"
	for name in $mentioned; do
		try "$name" "$@" &
	done
	wait
fi
cat "$work/headers"
for name in $names; do
	cat "$work/$name.is" || exit 1
done
