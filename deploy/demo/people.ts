/** One-time enrolment links, made with the gateway's own command. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"

const MAIN = join(import.meta.dirname, "..", "..", "gateway", "main.ts")

export const READER = { login: "reader1", name: "放射 太郎", role: "radiologist" } as const
export const CLERK = { login: "madoguchi", name: "窓口 三奈", role: "clerk" } as const

export interface Enrolment {
  readonly link: string
  readonly code: string
}

export function enrol(config: string, person: typeof READER | typeof CLERK, minutes = 15): Enrolment {
  const options = [
    "--login",
    person.login,
    "--name",
    person.name,
    "--role",
    person.role,
    "--minutes",
    String(minutes),
  ]
  const printed = execFileSync(process.execPath, [MAIN, "enrol", config, ...options], { encoding: "utf8" })
  const link = /https?:\/\/\S+#\/enrol\/\S+/.exec(printed)?.[0]
  if (link === undefined) throw new Error("dokuei enrol printed no link")
  return { link, code: link.slice(link.lastIndexOf("/") + 1) }
}
