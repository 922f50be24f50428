#!/bin/sh
# sh deploy/trial.sh DIR: an edge and a center for one machine, made of the two examples: what to change in them, and where.
# In /etc/dokuei, where the units look, data and passphrases stay where the units have them (docs/install.md).
# Needs jq and openssl. As root DIR's group (dokuei) may read everything and write data there. Overwrites nothing.
set -eu
umask 027
source=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: sh deploy/trial.sh DIR" >&2; exit 64; }
dir=$1
[ ! -e "$dir/edge.yaml" ] || { echo "$dir: already made; nothing was overwritten" >&2; exit 1; }
mkdir -p "$dir" && cd "$dir"

# Keys and certificates, worthless, at the paths of the examples.
NODE_NO_WARNINGS=1 "$source/../node_modules/.bin/node" "$source/../gateway/main.ts" pki demo .

# The token with which a hospital's system enters requests; each gateway's passphrase, unless its unit has it.
secrets=ris.token
[ "$PWD" = /etc/dokuei ] || secrets="$secrets edge.passphrase center.passphrase"
for name in $secrets; do openssl rand -base64 33 > "$name"; done

pin() { jq -r ".spkiSha256[\"$1\"]" pki.json; }

# role partner xdr desk health partner's-xdr
configure() {
  own="s|^dataDir: .*|dataDir: $1-data|; s|passphraseFile: .*|passphraseFile: $1.passphrase|"
  [ "$PWD" != /etc/dokuei ] || own=
  sed -E \
    -e "$own" \
    -e "s|^( +host:) [0-9.]+$|\1 127.0.0.1|" \
    -e "s|port: 8443|port: $3|; s|port: 8080|port: $4|; s|port: 9090|port: $5|" \
    -e "s|origin: .*|origin: http://$1.localhost:$4|; s|rpId: .*|rpId: $1.localhost|; /^  proxies:/d" \
    -e "s|allowTestPolicies: .*|allowTestPolicies: true|; s|url: .*|url: http://127.0.0.1:3180/|" \
    -e "s|warnMiB: .*|warnMiB: 4096|; s|refuseMiB: .*|refuseMiB: 1024|; s|reserveMiB: .*|reserveMiB: 512|" \
    -e "s|quietPeriod: [0-9]+m|quietPeriod: 10s|; /^  archive:/,/port:/d" \
    -e "s|^  check: chrony.*|  check: none|" \
    -e "s|endpoint: .*|endpoint: https://127.0.0.1:$6/xdr/recipient|" \
    -e "/^ +tlsPins:/{n;s|\"[0-9a-f]+\"|\"$(pin "$2/tls")\"|;}" \
    -e "/^ +sealPins:/{n;s|\"[0-9a-f]+\"|\"$(pin "$2/seal")\"|;}" \
    "$source/$1.example.yaml" > "$1.yaml"
}
configure edge center 8443 8080 9090 8444
configure center edge 8444 8081 9091 8443

if [ "$(id -u)" = 0 ]; then
  group=$(stat -c %G .)
  chgrp "$group" $secrets ./*.yaml && chmod 0640 $secrets ./*.yaml
  [ "$PWD" = /etc/dokuei ] || chmod 0770 .
fi
echo "$dir: edge.yaml and center.yaml"
