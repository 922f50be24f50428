/** Our edge as it runs anywhere: `dokuei run`, from a configuration file, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { openSite, type Site } from "../../../deploy/demo/site.ts"
import { GATEWAY_FLAGS } from "../../../deploy/node-flags.js"
import { onFreePorts } from "../folder.ts"
import { HERE, keepsAll, pidOf, stopProcess, type StorageServer, type Where } from "./server.ts"

const GATEWAY = join(import.meta.dirname, "..", "..", "..", "gateway", "main.ts")
const WITHOUT_SYNC = join(import.meta.dirname, "..", "without-sync.ts")

/** Nothing is assembled, packaged or sent while we measure what it costs to receive. */
const NEVER_QUIET = "30d"

export interface EdgeOptions {
  readonly name?: string
  /** The spool's disk does not sync: only to see what syncing costs. */
  readonly withoutSync?: boolean
  /** More arguments of node, e.g. `--cpu-prof`. */
  readonly nodeOptions?: readonly string[]
  readonly where?: Where
  /** Address of its DICOM door, for devices on other hosts. */
  readonly dicomHost?: string
}

export interface Edge extends StorageServer {
  readonly site: Site
  /** From spawn to `ready` in the log. */
  readonly startMs: number
}

export async function startEdge(folder: string, options: EdgeOptions = {}): Promise<Edge> {
  const name = options.name ?? "dokuei"
  return onFreePorts(async (attempt) => {
    const dir = join(folder, `${name}-${attempt}`)
    const { dicomHost } = options
    const site = await openSite(dir, {
      imagesKept: "30d",
      quietPeriod: NEVER_QUIET,
      ...(dicomHost === undefined ? {} : { dicomHost }),
    })
    return startEdgeOf(site, { ...options, name })
  })
}

/** A site that is there already. */
export const startEdgeOf = (site: Site, options: EdgeOptions = {}): Promise<Edge> =>
  startGatewayOf(site, site.edgeConfig, options)

/** One of a site's two gateways, by its configuration file. */
export async function startGatewayOf(site: Site, config: string, options: EdgeOptions): Promise<Edge> {
  const before = performance.now()
  const preload = options.withoutSync === true ? ["--import", WITHOUT_SYNC] : []
  const args = [...GATEWAY_FLAGS, ...(options.nodeOptions ?? []), ...preload, GATEWAY, "run", config]
  const [program = "", ...rest] = [...(options.where ?? HERE).by, process.execPath, ...args]
  const child = spawn(program, rest, {
    cwd: site.dir,
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  })
  await ready(child)
  return {
    name: options.name ?? "dokuei",
    pid: pidOf(child),
    port: site.ports.dicom,
    aeTitle: "DOKUEI",
    site,
    startMs: performance.now() - before,
    clear: keepsAll,
    stop: () => stopProcess(child),
  }
}

/** The whole output is read to its end: a full pipe would stop the process. */
async function ready(child: ChildProcess): Promise<void> {
  const said = new Promise<void>((resolve) => {
    let tail = ""
    child.stdout?.on("data", (chunk: Buffer) => {
      tail = (tail + chunk.toString("utf8")).slice(-65_536)
      if (tail.includes('"message":"ready"')) resolve()
    })
  })
  const ended = once(child, "exit").then(() => {
    throw new Error("the edge ended before it was ready")
  })
  await Promise.race([said, ended])
}
