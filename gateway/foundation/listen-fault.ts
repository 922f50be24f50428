/** Why a door did not open, by the setting that asked for it: the system names an address and a port alone. */
import type { Config } from "../config/schema.ts"
import { ListenError } from "../journey/errors.ts"

/** What listen(2) says of a port that is in use; anything else is about the address. */
const BUSY = "EADDRINUSE"
const ABOUT_THE_ADDRESS: ReadonlySet<string> = new Set(["EADDRNOTAVAIL", "EACCES", "ENOTFOUND", "EAI_AGAIN"])
const REASONS: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: "is no address of this machine",
  EACCES: "is a port that only root may open",
}

/** A ListenError for what listening on a configured address threw; anything else comes back as it is. */
export function listenFault(config: Config, error: unknown): unknown {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return error
  const isListening = "syscall" in error && (error.syscall === "listen" || error.syscall === "bind")
  const host = "address" in error ? error.address : "hostname" in error ? error.hostname : ""
  const port = "port" in error ? error.port : null
  const door = doorsOf(config).find((each) => (port === null ? each.host === host : each.port === port))
  if (door === undefined || !(isListening || ABOUT_THE_ADDRESS.has(error.code))) return error
  const where = `${door.host}:${door.port}`
  if (error.code === BUSY)
    return new ListenError("ERR_LISTEN_BUSY", `${door.name}.port: ${where} is taken by another program`, {
      cause: error,
    })
  const reason = REASONS[error.code] ?? `cannot be listened on (${error.code})`
  const setting = error.code === "EACCES" ? "port" : "host"
  return new ListenError("ERR_LISTEN_ADDRESS", `${door.name}.${setting}: ${where} ${reason}`, {
    cause: error,
  })
}

interface Door {
  /** Dotted, as in the configuration. */
  readonly name: string
  readonly host: string
  readonly port: number
}

function doorsOf(config: Config): Door[] {
  const named: (readonly [string, { readonly host: string; readonly port: number } | undefined])[] = [
    ["xdr", config.xdr],
    ["desk", config.desk],
    ["health", config.health],
    ...("dicom" in config
      ? ([
          ["dicom", config.dicom],
          ["dicom.tls", config.dicom.tls],
          ["dicom.web", config.dicom.web],
        ] as const)
      : []),
  ]
  return named.flatMap(([name, at]) => (at === undefined ? [] : [{ name, host: at.host, port: at.port }]))
}
