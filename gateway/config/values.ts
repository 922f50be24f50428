/** Values that stand in several places of a configuration: identifiers, addresses, files, durations. */
import { z } from "zod"
import { INSTITUTION_CODE } from "../journey/institution.ts"

export const oid = z
  .string()
  .regex(/^[0-2](\.(0|[1-9]\d*))+$/, "must be an OID in dotted form")
  .max(64)
export const pin = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits (SHA-256 of the SubjectPublicKeyInfo)")
const port = z.int().min(0).max(65535)
export const listen = z.strictObject({
  host: z.string().default("127.0.0.1").describe("address of one zone only; never a wildcard in production"),
  port: port.describe("TCP port; 0 lets the system choose"),
})
export const uid = z
  .string()
  .regex(/^\d+(\.\d+)+$/, "must be a UID")
  .max(64)
export const ipAddress = z.union([z.ipv4(), z.ipv6()], "must be an IP address")
export const institutionCode = z
  .string()
  .refine(
    (text) => text === "" || INSTITUTION_CODE.test(text),
    "must be ten digits, of which the first two are a prefecture, 01 to 47",
  )
  .default("")
export const origin = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must be scheme and host only, without a / at the end, e.g. http://crl.example.org",
  )
export const file = z.string().min(1).describe("path, relative to this file")
export const aeTitle = z
  .string()
  .regex(
    /^(?! )[\x20-\x5b\x5d-\x7e]{1,16}(?<! )$/,
    "must be 1 to 16 printable characters without backslash, and no space at either end",
  )

/** `90s`, `15m`, `8h`, `30d` in milliseconds. */
const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION_WORDS = "must be a number with s, m, h or d, e.g. 30d"
/** Text to milliseconds. */
export const duration = z
  .string({ error: ({ input }) => (typeof input === "number" ? DURATION_WORDS : undefined) })
  .regex(/^\d+(s|m|h|d)$/, DURATION_WORDS)
  .transform((text) => Number(text.slice(0, -1)) * UNITS_MS[text.slice(-1) as keyof typeof UNITS_MS])
