#!/bin/sh
# sh deploy/quickack-route.sh NETWORK: what comes from the devices' network is acknowledged at once. As root.
#
# A device whose sender leaves Nagle's algorithm on (DCMTK's default state) holds back the last piece of every message
# until all before it is acknowledged, and Linux waits up to 40 ms with that: tens of milliseconds an image in which
# nobody works. `quickack 1` on the route to the devices ends the waiting; nothing else of the route changes, and no
# other route. Where the network has no route of its own (it lies behind a router) it gets one, the same way.
# Run it as often as you like: what is there already is left alone. The route lasts as long as the interface is up.
set -eu

say() { echo "quickack-route: $*"; }
fail() { say "$*" >&2; exit 1; }

[ $# -eq 1 ] || { echo "usage: sh deploy/quickack-route.sh NETWORK    e.g. 192.0.2.0/24" >&2; exit 64; }
network=$1
case $network in
  0.0.0.0/* | ::/* | default) fail "$network is everybody, not the devices' network" ;;
  *:*/*) family=-6 ;;
  *.*.*.*/*) family=-4 ;;
  *) fail "$network is no network; it looks like 192.0.2.0/24" ;;
esac

# States of an interface, printed among the words of its routes; they cannot be set.
states='s/ \(linkdown\|dead\|offload\|rt_offload\|trap\|rt_trap\|offload_failed\)\b//g'

# What the kernel does with an address of the network today, under the network's own name.
borrowed() {
  found=$(ip "$family" route get fibmatch "${network%/*}" 2>/dev/null | sed "$states")
  case $found in
    "" | local\ * | broadcast\ * | unreachable\ * | blackhole\ * | prohibit\ * | *nexthop*)
      fail "no single route leads to $network: make one first" ;;
  esac
  echo "$network ${found#* }" | sed 's/ proto [^ ]*//; s/ metric [^ ]*//; s/ expires [^ ]*//; s/ pref [^ ]*//; s/ quickack 1//; s/ *$//'
}

routes=$(ip "$family" route show exact "$network" | sed "$states")
case $routes in *nexthop*) fail "$network has several ways: set quickack on each of them yourself" ;; esac
if [ -z "$routes" ]; then
  new=$(borrowed)
  # Its words are the arguments.
  ip "$family" route add $new quickack 1
  say "added: $new quickack 1"
  exit 0
fi
echo "$routes" | while read -r route; do
  case " $route " in
    *" quickack 1 "*) say "is there: $route" ;;
    *)
      # Its words are the arguments.
      ip "$family" route change $route quickack 1
      say "changed: $route quickack 1"
      ;;
  esac
done
