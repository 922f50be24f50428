/**
 * What is said through the door, JSON in UTF-8, each a POST: `/join` (secret and certification requests → a ticket),
 * `/answer` (ticket → 204 while people are on the telephone, then the answer), `/confirm` (ticket, by mutual TLS with the
 * new certificate).
 */
import { z } from "zod"

/** Four certification requests of 4 KiB in Base64 and what stands around them. */
export const MAX_QUESTION_BYTES = 32 * 1024
/** Certificates, anchors, revocation lists and the agreement's terms. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024
/** How long a request for the answer waits for people before it is told to ask again. */
export const WAIT_MS = 20_000

const octets = z.base64().transform((text) => Uint8Array.from(Buffer.from(text, "base64")))
const pem = z
  .string()
  .min(1)
  .max(256 * 1024)
const words = z.string().min(1).max(256)
/** Keys of the gateway itself. */
export const USES = ["tls", "seal", "object"] as const
/** And one for the tunnel, whether the centre hands one over or not. */
export const REQUESTED = [...USES, "tunnel"] as const
const forUses = <Of extends z.ZodType>(of: Of) => z.strictObject({ tls: of, seal: of, object: of })
const site = z.strictObject({ name: words, oid: words, institutionCode: z.string().max(10) })

export const questionSchema = z.strictObject({
  secret: octets,
  /** OID of who asks, which must be of who was invited. */
  oid: words,
  version: words,
  requests: forUses(octets).extend({ tunnel: octets }),
})
export type Question = z.output<typeof questionSchema>
/** Certification requests, DER, one for each use of a key. */
export type Requests = Question["requests"]

export const ticketSchema = z.strictObject({ ticket: z.string().min(1).max(64) })

export const answerSchema = z.strictObject({
  version: words,
  hospital: site,
  center: site,
  /** Our new certificates, PEM, leaf first. */
  chains: forUses(pem),
  trust: z.strictObject({ tlsCa: pem, sealCa: pem, hpkiRoots: pem, tsaRoots: pem }),
  /** DER. */
  crls: z.array(octets).max(64),
  /** Certificate that the hospital encrypts for. */
  centerObject: pem,
  timeStampUrl: z.url().max(1024),
  /** The hospital's half, as its configuration has it; checked there like everything a person would write. */
  agreement: z.record(z.string(), z.unknown()),
  tunnel: z
    .strictObject({
      /** Of the tunnel's certificate alone, PEM, and of the authority that both ends' are of. */
      certificate: pem,
      authority: pem,
      /** For the hospital's site file; checked there. */
      site: z.record(z.string(), z.unknown()),
    })
    .nullable(),
})
export type Answer = z.output<typeof answerSchema>

/** As it is sent: octets in Base64. */
export const asJson = (message: object): string =>
  JSON.stringify(message, function (this: Readonly<Record<string, unknown>>, name: string, value: unknown) {
    // A Buffer has said what it is by its own toJSON before we are asked.
    const held = this[name]
    return held instanceof Uint8Array ? Buffer.from(held).toString("base64") : value
  })
