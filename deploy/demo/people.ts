/** One-time enrolment links, made with the gateway's own commands; and the two who confirm the reader's certificate. */
import { execFileSync } from "node:child_process"
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { parse } from "yaml"

const MAIN = join(import.meta.dirname, "..", "..", "gateway", "main.ts")

export const READER = { login: "reader1", name: "放射 太郎", role: "radiologist" } as const
export const CLERK = { login: "madoguchi", name: "窓口 三奈", role: "clerk" } as const

export interface Enrolment {
  readonly link: string
  readonly code: string
}

const SECOND_PERSONS = { operator: "保守 一郎", witness: "安全 花江" } as const

/** What the two say of the reader's certificate. @param config of the reading centre */
export function readersCertificate(config: string) {
  const { keys } = parse(readFileSync(config, "utf8")) as { keys: { persons: string } }
  const chain = join(dirname(config), keys.persons, `${READER.login}.chain.pem`)
  const fingerprint = new X509Certificate(readFileSync(chain)).fingerprint256
    .replaceAll(":", "")
    .toLowerCase()
  return { login: READER.login, fingerprint, ...SECOND_PERSONS }
}

export function enrol(config: string, person: typeof READER | typeof CLERK, minutes = 15): Enrolment {
  const { login, name, role } = person
  const printed = dokuei("enrol", config, { login, name, role, minutes: String(minutes) })
  const link = /https?:\/\/\S+#\/enrol\/\S+/.exec(printed)?.[0]
  if (link === undefined) throw new Error("dokuei enrol printed no link")
  if (person === READER) dokuei("people confirm", config, readersCertificate(config))
  return { link, code: link.slice(link.lastIndexOf("/") + 1) }
}

function dokuei(command: string, config: string, options: Readonly<Record<string, string>>): string {
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const line = [MAIN, ...command.split(" "), config, ...named]
  return execFileSync(process.execPath, line, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
}
