/** The file of an invitation: whom the centre invites, on which terms, and where the hospital calls. */
import { readFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { parseDocument } from "yaml"
import { z } from "zod"
import { agreementSchema } from "../../config/agreement.ts"
import { faultsOf } from "../../config/load.ts"
import type { CenterConfig } from "../../config/schema.ts"
import { inWords, yamlFaults } from "../../config/words.ts"
import { INSTITUTION_CODE } from "../../journey/institution.ts"
import { isTunnelIdentity } from "../../site/site.ts"
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
  /** Our end of a tunnel, from our site file; without it none is handed over. */
  tunnel: z
    .strictObject({
      site: z.string().min(1),
      /** Of the contract on paper. */
      number: words,
      /** The hospital's address inside the tunnels. */
      inner: z.ipv4(),
      /** Which its certificate will have. */
      identity: z.string().refine(isTunnelIdentity, "must be a DNS name in lower case"),
    })
    .nullable()
    .default(null),
})
export type Invitation = z.output<typeof schema> & {
  /** Of the terms, as dates. */
  readonly term: { readonly validFrom: string; readonly validUntil: string }
}

type Raw = Readonly<Record<string, unknown>>
/** What each half says by itself; terms cannot change it. */
export interface Pins {
  readonly tlsPins: readonly string[]
  readonly sealPins: readonly string[]
  readonly objectCertificate: string
}

/** The hospital's half: it keeps the connection open, nobody calls it. */
export const hospitalsHalf = (
  { centerId, endpoint, terms }: Pick<Invitation, "centerId" | "endpoint" | "terms">,
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
  if (broken.length > 0) throw faultsOf(path, yamlFaults(broken.map(({ message }) => message)))
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
  const { validFrom, validUntil } = terms.data
  return { ...withPaths(read.data, dirname(resolve(path))), term: { validFrom, validUntil } }
}

const withPaths = (invitation: z.output<typeof schema>, folder: string): z.output<typeof schema> => ({
  ...invitation,
  tunnel:
    invitation.tunnel === null
      ? null
      : { ...invitation.tunnel, site: resolve(folder, invitation.tunnel.site) },
  authority: {
    folder: resolve(folder, invitation.authority.folder),
    passphraseFile: resolve(folder, invitation.authority.passphraseFile),
  },
})
