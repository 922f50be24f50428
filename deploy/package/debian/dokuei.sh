#!/bin/sh
# The pinned Node of the package; the flag is that of deploy/node-flags.js.
NODE_NO_WARNINGS=1
export NODE_NO_WARNINGS
exec /opt/dokuei/node_modules/.bin/node --max-semi-space-size=1 --heap-growing-percent=30 /opt/dokuei/gateway/main.ts "$@"
