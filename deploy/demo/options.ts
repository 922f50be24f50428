/** The demonstration's command line: what it may say, and what is wrong with it before anything is started. */
import { readdirSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { identify } from "./identify.ts"
import type { DemoStudy } from "./study.ts"

export const USAGE = `usage: npm run demo [-- OPTIONS]

  --once        walk the whole way without a person; ends with 0 only if every step was reached
  --dicom DIR   send the DICOM files below DIR as they are, instead of the study that comes with it
  --behind-nat  the hospital cannot be called: it holds a connection to the reading centre open
  --network     the same way through packet filters and an IPsec tunnel, between machines in namespaces; as root
  --data DIR    keep certificates, ports and data there (default: dokuei-demo)
  --help        this text
`

/** The command line is wrong: one sentence. */
export class Usage extends Error {
  override readonly name = "Usage"
}

export interface DemoOptions {
  readonly help: boolean
  readonly once: boolean
  readonly behindNat: boolean
  /** Through the tunnel, once, and nothing of it stays. */
  readonly network: boolean
  /** Absolute. */
  readonly data: string
  /** What to send; null = the study that comes with the demonstration. */
  readonly study: DemoStudy | null
}

/** Throws Usage; Error when there is nothing to send in DIR. */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { help, once, "behind-nat": behindNat, network, data, dicom } = parsed(args)
  const study = dicom === undefined ? null : studyIn(resolve(dicom))
  return { help, once, behindNat, network, data: resolve(data), study }
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        once: { type: "boolean", default: false },
        "behind-nat": { type: "boolean", default: false },
        network: { type: "boolean", default: false },
        dicom: { type: "string" },
        data: { type: "string", default: "dokuei-demo" },
      },
    })
    return values
  } catch (error) {
    // parseArgs explains at length how an operand could begin with a hyphen; nobody means that here.
    if (error instanceof TypeError) throw new Usage(error.message.split(". ")[0] ?? error.message)
    throw error
  }
}

function studyIn(folder: string): DemoStudy {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Error(`--dicom ${folder}: there is no such folder`)
  const study = identify(filesBelow(folder))
  if (study === null) throw new Error(`--dicom ${folder}: holds no DICOM file`)
  return study
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesBelow(path) : [path]
    })
}
