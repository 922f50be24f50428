/** Configuration of how documents are packed for a partner, and what is taken from it. */
import { z } from "zod"
import type { Issue } from "./issue.ts"
import { oid } from "./values.ts"

const permission = z
  .strictObject({
    document: z.string().trim().min(1).max(256).describe("name of the paper the partner has signed"),
    date: z.iso.date().describe("of its signature"),
  })
  .optional()
  .describe(
    "the written permission to send documents unencrypted: in the audit trail of each exchange, and in the verdict people see. Needed for every form but `sealed` and `den`, and for nothing else",
  )

export const packaging = z
  .strictObject({
    form: z
      .enum(["sealed", "den", "plain", "zip", "stow", "manifest-and-pdf"])
      .default("sealed")
      .describe(
        "how documents travel, both ways: `sealed` = encrypted for the recipient, as between two of these gateways; `den` = encrypted for the recipient by IHE Document Encryption; `plain` = as they are, inside mutual TLS alone; `zip` = the same, with all images of a submission as one ZIP document with a DICOMDIR, for a partner that cannot take many documents; `stow` = images only, as they are, by STOW-RS to the partner's DICOMweb, whose service root `endpoint` is: no request, no seal, and no report comes back this way; `manifest-and-pdf` = no image at all: a manifest that names the images, which the partner fetches by a way of its own, with the request as PDF, and the report comes back as PDF. Nothing else is taken from this partner",
      ),
    seals: z
      .enum(["dsg", "none"])
      .optional()
      .describe(
        "`dsg`: both sides seal what they send, give receipts and send each other notices; `none`: the partner understands none of these, and what it sends is neither signed nor judged by our content type codes. Default: dsg for sealed, else none",
      ),
    permission,
    manifest: z
      .enum(["beside", "inside"])
      .default("beside")
      .describe(
        "of form `zip`: the manifest (key object selection) is a document beside the ZIP, as IHE has it, or lies in it, for a partner that takes one document alone",
      ),
    retrieve: z
      .strictObject({
        aeTitle: z
          .string()
          .regex(/^[\x21-\x5b\x5d-\x7e]{1,16}$/, "must be an AE title")
          .describe("AE title of the archive the partner may fetch from"),
        locationUid: oid
          .optional()
          .describe("OID of the imaging document source the partner may fetch from (RAD-69)"),
      })
      .optional()
      .describe(
        "of form `manifest-and-pdf`: from where the partner may fetch the images, as the manifest tells it. Absent = the manifest names the images alone",
      ),
    to: z
      .enum(["recipient", "repository"])
      .default("recipient")
      .describe(
        "what stands at `endpoint`: the Document Recipient of this partner (XDR), or an XDS.b Document Repository, where others look: then nobody is named as intendedRecipient",
      ),
  })
  .prefault({})

/** Nothing but TLS keeps what travels from others. */
const IN_CLEAR: readonly string[] = ["plain", "zip", "stow", "manifest-and-pdf"]

type Raw = Readonly<Record<string, unknown>>

/** What an agreement's packaging demands of its other settings; reads the raw value, as `rules.ts` does. */
export function packagingIssues(agreement: Raw, path: string): Issue[] {
  const {
    form = "sealed",
    permission: permitted,
    manifest = "beside",
    retrieve,
    seals = form === "sealed" ? "dsg" : "none",
  } = groupOf(agreement.packaging)
  const isPlain = IN_CLEAR.includes(String(form))
  return [
    ...(isPlain && permitted === undefined
      ? [
          at(
            `${path}.packaging.permission`,
            "is needed: documents leave unencrypted only where the partner says so in writing",
          ),
        ]
      : []),
    ...(!isPlain && permitted !== undefined
      ? [
          at(
            `${path}.packaging.permission`,
            "is for forms other than sealed and den: nothing leaves unencrypted here",
          ),
        ]
      : []),
    ...(form === "stow" && seals === "dsg"
      ? [at(`${path}.packaging.seals`, "must be none with form stow: an archive takes images alone")]
      : []),
    ...(form === "zip" && seals === "dsg"
      ? [
          at(
            `${path}.packaging.seals`,
            "must be none with form zip: a seal names documents, not files in one",
          ),
        ]
      : []),
    ...(form === "manifest-and-pdf" ? onPaperIssues(agreement, path, seals) : []),
    ...(form !== "manifest-and-pdf" && retrieve !== undefined
      ? [at(`${path}.packaging.retrieve`, "is for form manifest-and-pdf only: elsewhere the images are sent")]
      : []),
    ...(form !== "zip" && manifest !== "beside"
      ? [at(`${path}.packaging.manifest`, "is for form zip only: elsewhere it is a document like any other")]
      : []),
    ...(form === "sealed" && seals === "none"
      ? [at(`${path}.packaging.seals`, "must be dsg with form sealed")]
      : []),
    ...(!isPlain && agreement.objectCertificate === undefined
      ? [at(`${path}.objectCertificate`, "is missing: documents are encrypted for it")]
      : []),
    ...repositoryIssues(agreement, path, seals),
    ...(seals === "none" ? unsealedIssues(agreement, path) : sealedIssues(agreement, path)),
  ]
}

/** Nothing is fetched here, and what is not sent cannot be sealed. */
function onPaperIssues({ accepts }: Raw, path: string, seals: unknown): Issue[] {
  return [
    ...(seals === "dsg"
      ? [at(`${path}.packaging.seals`, "must be none with form manifest-and-pdf: no image is there to seal")]
      : []),
    ...(Array.isArray(accepts) && accepts.includes("study")
      ? [
          at(
            `${path}.accepts`,
            "must not have study with form manifest-and-pdf: nothing is fetched here, and no image would come",
          ),
        ]
      : []),
  ]
}

/** Others read there, and its registry knows patients by number alone. */
function repositoryIssues(
  { packaging: packed, limitedMetadata, accepts }: Raw,
  path: string,
  seals: unknown,
): Issue[] {
  const isEmpty = Array.isArray(accepts) && accepts.length === 0
  if (groupOf(packed).to !== "repository") return isEmpty ? [at(`${path}.accepts`, "must not be empty")] : []
  return [
    ...(seals === "none"
      ? []
      : [
          at(`${path}.packaging.seals`, "must be none: a repository gives no receipts, and reads no notices"),
        ]),
    ...(Array.isArray(limitedMetadata) && limitedMetadata.includes("send")
      ? [at(`${path}.limitedMetadata`, "must not have send: a registry takes nothing without a patientId")]
      : []),
  ]
}

function unsealedIssues(
  { receipts, units, accepts, preliminaryReports = "none" }: Raw,
  path: string,
): Issue[] {
  const own = ["receipt", "acknowledgement", "certificate", "phantom"]
  const foreign = (Array.isArray(accepts) ? accepts : []).filter((each) => own.includes(String(each)))
  return [
    ...(receipts === "signed"
      ? [at(`${path}.receipts`, "must be registry-response: without seals there are no signed receipts")]
      : []),
    ...(preliminaryReports === "none"
      ? []
      : [
          at(
            `${path}.preliminaryReports`,
            "must be none: without seals nobody would answer for a report that nobody has signed",
          ),
        ]),
    ...(units === "adaptive"
      ? [at(`${path}.units`, "must be off: units are bound by a seal, and there is none")]
      : []),
    ...(foreign.length > 0
      ? [
          at(
            `${path}.accepts`,
            `must be of study and report only: without seals there is no ${foreign.join(", ")}`,
          ),
        ]
      : []),
  ]
}

function sealedIssues({ sealPins }: Raw, path: string): Issue[] {
  const isNamed = Array.isArray(sealPins) && sealPins.length > 0
  return isNamed || (sealPins !== undefined && !Array.isArray(sealPins))
    ? []
    : [at(`${path}.sealPins`, sealPins === undefined ? "is missing" : "must not be empty")]
}

const at = (path: string, message: string): Issue => ({ path, message })

const groupOf = (value: unknown): Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Raw) : {}
