/** Configuration of each role; `docs/settings.md` is printed from it. */
import { z } from "zod"
import { agreementSchema } from "./agreement.ts"
import { auditSchema } from "./audit.ts"
import { backupSchema } from "./backup.ts"
import { dicomSchema } from "./dicom.ts"
import { directorySchema } from "./directory.ts"
import { keysSchema } from "./keys.ts"
import { mailSchema } from "./mail.ts"
import { deskSchema, diskSchema, siteSchema } from "./site.ts"
import { timeSchema, timeStampSchema, trustSchema } from "./trust.ts"
import { file, listen, uid } from "./values.ts"
import { isOfDicom } from "../standards/dicom/uid.ts"

const privateSyntax = z.strictObject({
  uid: uid.refine((each) => !isOfDicom(each), "must not be one of DICOM's own (1.2.840.10008…)"),
  name: z.string().min(1).max(64).describe("what its maker calls it"),
  encoding: z
    .enum(["explicit-little", "implicit-little", "explicit-big", "deflated"])
    .describe("how its data sets are written (PS3.5 annex A); by the maker's conformance statement"),
})

const common = {
  dataDir: file.describe("spool, slots, ledger, people and audit trail live here"),
  site: siteSchema,
  xdr: listen.describe("Document Recipient (ITI-41) over mutual TLS"),
  desk: deskSchema,
  health: listen.describe("/healthz and /metrics, for the machine room only"),
  keys: keysSchema,
  trust: trustSchema,
  timeStamp: timeStampSchema,
  disk: diskSchema,
  privateTransferSyntaxes: z
    .array(privateSyntax)
    .default([])
    .describe(
      "makers' own transfer syntaxes whose data sets are read: a gateway of a hospital takes objects in them, a reading centre needs the same list",
    ),
  time: timeSchema,
  mail: mailSchema,
  audit: auditSchema,
  backup: backupSchema,
  agreements: z.array(agreementSchema).min(1).describe("nothing is exchanged without one"),
}

export const edgeSchema = z.strictObject({
  role: z.literal("edge"),
  ...common,
  directory: directorySchema,
  dicom: dicomSchema,
})
export const centerSchema = z.strictObject({ role: z.literal("center"), ...common })

export type EdgeConfig = z.infer<typeof edgeSchema>
export type CenterConfig = z.infer<typeof centerSchema>
export type Config = EdgeConfig | CenterConfig
