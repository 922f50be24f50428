/** Configuration of the place: the institution, the pages people use, the disk. */
import { z } from "zod"
import { duration, file, institutionCode, ipAddress, listen, oid } from "./values.ts"

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== ""
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

export const siteSchema = z.strictObject({
  name: z.string().min(1),
  oid: oid.describe("OID of our institution; root of what it issues"),
  institutionCode: institutionCode.describe("ten digits, empty outside Japan's scheme"),
  timeZone: z
    .string()
    .refine(isTimeZone, "must be a time zone of the IANA list, e.g. Asia/Tokyo")
    .default("Asia/Tokyo")
    .describe("DICOM times have no zone; this is theirs"),
})

const cardsSchema = z
  .strictObject({
    ...listen.shape,
    origin: z
      .url({ protocol: /^https$/ })
      .describe("where browsers find this door: https, another host name or port than the desk"),
    key: file.describe("PKCS#8 PEM of this door, which ends TLS itself: no proxy can stand before it"),
    chain: file.describe("its certificates, PEM, leaf first; of an authority the browsers know"),
    authorities: file.describe(
      "issuing authorities of the cards below trust.hpkiRoots, PEM; browsers offer certificates of these",
    ),
    tls: z
      .enum(["1.3", "1.2"])
      .default("1.3")
      .describe(
        "`1.2`: for cards whose software cannot do RSA-PSS, which TLS 1.3 wants of every RSA key; ECDHE with AES-GCM alone",
      ),
  })
  .describe(
    "login with an HPKI authentication certificate (card) beside passkeys, by TLS with a client certificate (docs/people.md)",
  )

export const deskSchema = z
  .strictObject({
    ...listen.shape,
    origin: z.url().describe("what the browser's address bar shows"),
    rpId: z.string().min(1).describe("WebAuthn relying party: the host name of origin"),
    proxies: z
      .array(ipAddress)
      .default([])
      .describe(
        "addresses of the https proxy in front: its X-Forwarded-For says where people come from; login limits and the audit trail go by it",
      ),
    machineTokens: z
      .array(
        z.strictObject({
          name: z
            .string()
            .min(1)
            .describe("in the audit trail, and what its requests are known by; never changed"),
          tokenFile: file.describe("bearer token, one line"),
          may: z
            .array(z.enum(["enter", "list-own"]))
            .min(1)
            .default(["enter", "list-own"])
            .describe(
              "enter requests (never a consent, which a person records); list those it entered, with how far they are",
            ),
        }),
      )
      .default([])
      .describe("systems that may do that without a person, and nothing else"),
    cards: cardsSchema.optional(),
    devices: z
      .enum(["any", "registered"])
      .default("any")
      .describe(
        "on which devices people log in, by passkey or card: on any, or on those alone that were registered here by a code (`dokuei people device`, or the officer's page; docs/people.md)",
      ),
    idle: duration.prefault("10m").describe("a session ends after this long without activity"),
  })
  .describe("the pages people use")

export const diskSchema = z
  .strictObject({
    reserveMiB: z
      .int()
      .nonnegative()
      .default(512)
      .describe("below this much free space nothing new is accepted: kept for ledger, audit and deletion"),
    refuseMiB: z
      .int()
      .nonnegative()
      .default(1024)
      .describe("below this only urgent images, reports and receipts are accepted; not less than reserveMiB"),
    warnMiB: z
      .int()
      .nonnegative()
      .default(4096)
      .describe("below this people are told to make room; not less than refuseMiB"),
  })
  .prefault({})
