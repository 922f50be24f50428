/**
 * `npm run bench [-- NAME …] [--json FILE]`: the figures of docs/bench.md, ours beside the peer's of the same run.
 *
 * Without a name all of them. Nothing is judged here by an exit code: a busy machine must not break a build.
 */
import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { parseArgs } from "node:util"
import type { Asked } from "./asked.ts"
import { crypto } from "./crypto.ts"
import type { Figure } from "./figure.ts"
import { imageSets } from "./image-sets.ts"
import { durability, ingest } from "./ingest.ts"
import { ledger } from "./ledger.ts"
import { loop } from "./loop.ts"
import { machine } from "./machine.ts"
import { memory } from "./memory.ts"
import { nagle } from "./nagle.ts"
import { packaging } from "./package.ts"
import { start } from "./start.ts"
import { circumstances, writeInto } from "./page.ts"
import { tables } from "./table.ts"
import { transport } from "./transport.ts"
import { window } from "./window.ts"

const BENCHES: Readonly<Record<string, (asked: Asked) => Promise<Figure[]>>> = {
  ingest,
  durability,
  window,
  nagle,
  memory,
  package: packaging,
  crypto,
  start,
  ledger,
  loop,
  transport,
}

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    rounds: { type: "string" },
    instances: { type: "string" },
    set: { type: "string", multiple: true },
    objects: { type: "string" },
    "ledger-instances": { type: "string" },
    "multi-frame": { type: "string" },
    long: { type: "boolean", default: false },
    dir: { type: "string" },
    page: { type: "string" },
  },
})

/** Sets of `ingest` that are over in minutes; `--long` sends all of them, `--set` whichever are named. */
const USUAL_SETS = ["ct", "small"] as const
/** Objects of 10 kB for each image of 512 KiB. */
const SMALL_FOR_EACH = options.long ? 10 : 2
const instances = Number(options.instances ?? 500)
const sets = imageSets(instances, instances * SMALL_FOR_EACH)
const setNames = known("set", options.set ?? (options.long ? Object.keys(sets) : USUAL_SETS), sets)

const asked: Asked = {
  rounds: Number(options.rounds ?? 3),
  sets: setNames.map((name) => sets[name]),
  usualSets: USUAL_SETS.map((name) => sets[name]),
  slices: sets.ct,
  instances,
  waitingInstances: Math.min(200, instances),
  loopInstances: Math.min(100, instances),
  // 4.3 GB.
  largeInstances: options.long ? 8192 : 0,
  multiFrameMiB: Number(options["multi-frame"] ?? (options.long ? 2000 : 300)),
  objects: Number(options.objects ?? (options.long ? 100_000 : 10_000)),
  ledgerInstances: Number(options["ledger-instances"] ?? (options.long ? 1_000_000 : 200_000)),
  parent: options.dir ?? null,
  say: (line) => process.stderr.write(`${line}\n`),
}

/** The names as keys. @throws Error in words for one that is none */
function known<Key extends string>(
  what: string,
  asked: readonly string[],
  all: Readonly<Record<Key, unknown>>,
): readonly Key[] {
  const unknown = asked.filter((name) => !Object.hasOwn(all, name))
  if (unknown.length > 0) throw new Error(`no ${what} ${unknown.join(", ")}: ${Object.keys(all).join(", ")}`)
  return asked as readonly Key[]
}

async function all(): Promise<void> {
  known("bench", names, BENCHES)
  const facts = machine(asked.parent ?? tmpdir())
  process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`)
  const figures: Figure[] = []
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(name)) continue
    asked.say(name)
    const now = machine(asked.parent ?? tmpdir())
    const found = await bench(asked)
    figures.push(...found)
    process.stdout.write(`${tables(found)}\n\n`)
    // After each, so that what was measured is kept when a later one fails.
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`)
    if (options.page !== undefined && found.length > 0)
      writeInto(options.page, name, `${circumstances(now, commandOf(name))}\n\n${tables(found)}`)
  }
}

/** What measures the same again. */
function commandOf(name: string): string {
  const given = ["rounds", "instances", "objects", "ledger-instances", "multi-frame"] as const
  const counts = given.flatMap((option) =>
    options[option] === undefined ? [] : [`--${option} ${options[option]}`],
  )
  const of = (options.set ?? []).map((set) => `--set ${set}`)
  return ["npm run bench --", name, ...counts, ...of, ...(options.long ? ["--long"] : [])].join(" ")
}

await all()
