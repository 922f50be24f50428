#!/usr/bin/env node
// `npx dokuei …`: the same program on the pinned Node of this project.
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { compileCache } from "./compile-cache.js"
import { handOver } from "./hand-over.js"
import { GATEWAY_FLAGS } from "./node-flags.js"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(root, "node_modules", ".bin", "node")
const program = [...GATEWAY_FLAGS, join(root, "gateway", "main.ts"), ...process.argv.slice(2)]
process.exitCode = await handOver(node, program, {
  env: { ...process.env, ...compileCache(root), NODE_NO_WARNINGS: "1" },
})
