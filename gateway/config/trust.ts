/** Configuration of whom we believe: anchors, policies, revocation, and the authorities of time. */
import { z } from "zod"
import { duration, file, oid, origin } from "./values.ts"

export const trustSchema = z.strictObject({
  tlsCa: file.describe("authorities of the partners' TLS certificates, PEM"),
  sealCa: file.describe("authorities of the seals, PEM"),
  hpkiRoots: file.describe("roots of the signatures of persons, PEM"),
  tsaRoots: file.describe("roots of the time-stamp authorities, ours and the partners', PEM"),
  tsaPolicies: z
    .array(oid)
    .default([])
    .describe("policies under which time stamps are accepted, ours and the partners'; [] = any"),
  crls: file.describe("folder of *.crl"),
  revocation: z
    .strictObject({
      fetchFrom: z
        .array(origin)
        .max(16)
        .default([])
        .describe(
          "servers of the authorities, e.g. http://cert.medis.or.jp: what certificates name there as revocation list or OCSP responder is fetched, and no other server is called; [] = nothing is fetched, lists come into the folder `crls` by other means",
        ),
      maxAge: duration
        .prefault("7d")
        .describe(
          "what was fetched is relied on no longer than this without being fetched again, whatever it says of itself",
        ),
    })
    .prefault({}),
  allowTestPolicies: z
    .boolean()
    .default(false)
    .describe("accept the HPKI test policy arc; never in production"),
  signaturePolicies: z
    .array(oid)
    .min(1)
    .max(8)
    .optional()
    .describe(
      "certificate policies one of which a reader's signing certificate must state, alone. Default: that of HPKI for signatures in production, 1.2.392.100495.1.5.1.1.3.1",
    ),
  qualified: z
    .strictObject({
      roots: file.describe("roots of those authorities, PEM"),
      policies: z
        .array(oid)
        .min(1)
        .max(8)
        .describe("certificate policies one of which the signing certificate must state"),
    })
    .optional()
    .describe(
      "other authorities of persons' signatures, for agreements whose reportSignature is `qualified-other`",
    ),
  loginPolicies: z
    .array(oid)
    .min(1)
    .max(8)
    .optional()
    .describe(
      "certificate policies one of which a card must state to log in by, alone. Default: that of HPKI for the authentication of persons in production, 1.2.392.100495.1.5.1.2.3.1",
    ),
  organisationPolicies: z
    .array(oid)
    .min(1)
    .max(8)
    .optional()
    .describe(
      "the same for a partner whose tlsCertificate is hpki-organisation. Default: 1.2.392.100495.1.5.1.3.3.1; compare it with the first certificate of production",
    ),
  loginBySigningKey: z
    .enum(["refused", "told"])
    .default("refused")
    .describe(
      "a signing certificate whose key may log in as well (digitalSignature beside nonRepudiation): not accepted, or accepted and told in the verdict",
    ),
})

export const timeStampSchema = z.strictObject({
  url: z.url().describe("RFC 3161 over HTTP"),
  others: z
    .array(z.url())
    .max(4)
    .default([])
    .describe("authorities asked in this order while the first does not answer, or not rightly"),
})

/** Our own clock. */
export const timeSchema = z
  .strictObject({
    check: z
      .enum(["chrony", "none"])
      .default("chrony")
      .describe(
        "who is asked how right the clock is (ITI-1); `none`: nobody, and signatures say what the machine says. Never in production",
      ),
    limit: duration
      .refine((limitMs) => limitMs >= 1_000 && limitMs <= 60_000, "must be from 1s to 60s")
      .prefault("1s")
      .describe(
        "nothing is signed while the clock may be further off than this, 1s to 60s; receiving goes on",
      ),
  })
  .prefault({})
