/** The file of an invitation: whom the centre invites, on which terms, and where the hospital calls. */
import { readFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { parseDocument } from "yaml"
import { z } from "zod"
import { agreementSchema } from "../../config/agreement.ts"
import { faultsOf } from "../../config/load.ts"
import type { CenterConfig } from "../../config/schema.ts"
import { inWords, yamlFault } from "../../config/words.ts"
import { INSTITUTION_CODE } from "../../journey/institution.ts"
import { isOid } from "../../standards/xds/data-types.ts"

const words = z.string().trim().min(1).max(200)
const id = z.string().regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
const schema = z.strictObject({
  hospital: z.strictObject({
    id,
    name: words,
    oid: z.string().refine(isOid, "must be an OID in dotted form"),
    institutionCode: z.string().regex(INSTITUTION_CODE, "must be ten digits").or(z.literal("")).default(""),
  }),
  /** How hospitals name us in their agreement. */
  centerId: id,
  /** Our ITI-41 endpoint. */
  endpoint: z.url({ protocol: /^https$/ }),
  authority: z.strictObject({ folder: z.string().min(1), passphraseFile: z.string().min(1) }),
  /** What both halves of the agreement have in common, as in the configuration. */
  terms: z.record(z.string(), z.unknown()),
  /** What goes into the hospital's site file, as a contract there. */
  contract: z.record(z.string(), z.unknown()).nullable().default(null),
})
export type Invitation = z.output<typeof schema>

type Raw = Readonly<Record<string, unknown>>
/** What each half says by itself; terms cannot change it. */
export interface Pins {
  readonly tlsPins: readonly string[]
  readonly sealPins: readonly string[]
  readonly objectCertificate: string
}

/** The hospital's half: it keeps the connection open, nobody calls it. */
export const hospitalsHalf = (
  { centerId, endpoint, terms }: Invitation,
  center: CenterConfig["site"],
  pins: Pins,
): Raw => ({
  ...terms,
  id: centerId,
  partner: partnerOf(center),
  endpoint,
  roadHome: "held",
  ...pins,
  accepts: ["report", "receipt", "certificate", "phantom"],
})

/** The centre's. */
export const centersHalf = ({ hospital, terms }: Invitation, pins: Pins): Raw => ({
  ...terms,
  id: hospital.id,
  partner: partnerOf(hospital),
  roadHome: "held",
  ...pins,
  accepts: ["study", "receipt", "acknowledgement", "phantom"],
})

const partnerOf = ({ name, oid, institutionCode }: CenterConfig["site"] | Invitation["hospital"]) => ({
  name,
  oid,
  institutionCode,
})

/** Nobody's digests: the terms are checked before anybody's are known. */
const NO_PINS: Pins = { tlsPins: ["0".repeat(64)], sealPins: ["0".repeat(64)], objectCertificate: "-" }

/** @throws ConfigError with every fault, also of the terms */
export async function readInvitation(path: string, center: CenterConfig): Promise<Invitation> {
  const document = parseDocument(await readFile(path, "utf8"), { uniqueKeys: true })
  const broken = [...document.errors, ...document.warnings]
  if (broken.length > 0)
    throw faultsOf(
      path,
      broken.map(({ message }) => ({ path: "", message: yamlFault(message) })),
    )
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  const read = schema.safeParse(value)
  if (!read.success)
    throw faultsOf(
      path,
      read.error.issues.map((issue) => inWords(issue, value)),
    )
  const half = hospitalsHalf(read.data, center.site, NO_PINS)
  const terms = agreementSchema.safeParse(half)
  if (!terms.success)
    throw faultsOf(
      path,
      terms.error.issues
        .map((issue) => inWords(issue, half))
        .map((issue) => ({ ...issue, path: `terms.${issue.path}` })),
    )
  return withPaths(read.data, dirname(resolve(path)))
}

const withPaths = (invitation: Invitation, folder: string): Invitation => ({
  ...invitation,
  authority: {
    folder: resolve(folder, invitation.authority.folder),
    passphraseFile: resolve(folder, invitation.authority.passphraseFile),
  },
})
