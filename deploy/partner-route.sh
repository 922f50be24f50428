#!/bin/sh
# sh deploy/partner-route.sh ADDRESS: what goes to this partner is sent by BBR. As root, on the host that sends.
#
# A sender that takes every lost packet for a full line (cubic, the default of most systems) carries a tenth of a long
# line that loses one packet in a hundred: with 200 ms there and back about 1 of 10 Mbit/s. BBR measures what the line
# carries and sends that much. `congctl bbr` on the route to the partner is for that partner alone; nothing else of the
# host changes. The partner's host gets its own, towards us, for the reports.
# Run it as often as you like: what is there already is left alone. The route lasts as long as the interface is up.
set -eu

say() { echo "partner-route: $*"; }
fail() { say "$*" >&2; exit 1; }

[ $# -eq 1 ] || { echo "usage: sh deploy/partner-route.sh ADDRESS    e.g. 198.51.100.7" >&2; exit 64; }
case $1 in
  *:*) family=-6 host=$1/128 ;;
  *.*.*.*) family=-4 host=$1/32 ;;
  *) fail "$1 is no address; it looks like 198.51.100.7" ;;
esac
case $1 in */*) fail "$1 is a network; give the address of the partner's gateway" ;; esac

grep -qw bbr /proc/sys/net/ipv4/tcp_available_congestion_control ||
  fail "this kernel has no bbr: load tcp_bbr (echo tcp_bbr > /etc/modules-load.d/bbr.conf), or leave it"

# States of an interface, printed among the words of a route; they cannot be set.
states='s/ \(linkdown\|dead\|offload\|rt_offload\|trap\|rt_trap\|offload_failed\)\b//g'

route=$(ip "$family" route show exact "$host" | sed "$states; s/ *$//")
case " $route " in *" congctl bbr "*) say "is there: $route"; exit 0 ;; esac
if [ -n "$route" ]; then
  # Its words are the arguments.
  ip "$family" route change $route congctl bbr
  say "changed: $route congctl bbr"
  exit 0
fi
# What the kernel does with the address today, under the address's own name.
found=$(ip "$family" route get fibmatch "$1" 2>/dev/null | sed "$states")
case $found in
  "" | local\ * | broadcast\ * | unreachable\ * | blackhole\ * | prohibit\ * | *nexthop*)
    fail "no single route leads to $1: make one first" ;;
esac
new=$(echo "$host ${found#* }" |
  sed 's/ proto [^ ]*//; s/ metric [^ ]*//; s/ expires [^ ]*//; s/ pref [^ ]*//; s/ scope [^ ]*//; s/ *$//')
ip "$family" route add $new congctl bbr
say "added: $new congctl bbr"
