/**
 * The log: JSON lines on stdout for journald, without patient data. Fields are ids, codes, counts and times; the
 * audit trail is another book and never passes here.
 */
import winston from "winston"
import { DokueiError } from "./journey/errors.ts"

export type Level = "debug" | "info" | "warn" | "error"
/** Values that can hold no patient data by construction: no free text from the wire. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>
export type Log = (level: Level, event: string, fields?: Fields) => void

export function openLog(role: string, level: Level = "info"): Log {
  const logger = winston.createLogger({
    level,
    exitOnError: false,
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    defaultMeta: { role },
    transports: [new winston.transports.Console({ stderrLevels: [] })],
  })
  logger.on("error", () => logger.clear().add(new winston.transports.Console()))
  return (at, event, fields = {}) => void logger.log({ level: at, message: event, ...fields })
}

/**
 * What may be said of an error: class, code and our own sentence, and what the system said below it, as code and
 * address; never another cause's text, which may quote the wire.
 */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: "not an Error" }
  const reason = error instanceof DokueiError ? { reason: error.message } : {}
  const system = systemFault(error)
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  const frame = error.stack?.split("\n").find((line) => line.includes("/gateway/")) ?? ""
  return { error: error.name, code, ...reason, ...(system === null ? {} : { system }), at: frame.trim() }
}

const DEEPEST_CAUSE = 8

/** `ECONNREFUSED 192.0.2.7:443` of the first system error in the chain of causes. */
function systemFault(error: Error): string | null {
  let cause: unknown = error
  for (let depth = 0; depth < DEEPEST_CAUSE && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string" && ("syscall" in cause || "errors" in cause))
      return [cause.code, placeOf(cause)].join(" ").trim()
    cause = cause.cause
  }
  return null
}

function placeOf(error: Error): string {
  if ("address" in error && "port" in error) return `${String(error.address)}:${String(error.port)}`
  return "hostname" in error ? String(error.hostname) : ""
}
