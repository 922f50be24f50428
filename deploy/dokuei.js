#!/usr/bin/env node
// `npx dokuei …`: the same program on the pinned Node of this project.
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const node = join(root, "node_modules", ".bin", "node")
const done = spawnSync(node, [join(root, "gateway", "main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, NODE_NO_WARNINGS: "1" },
})
process.exit(done.status ?? 1)
