/**
 * The site file: where the gateway stands, which zones it joins, whom it reaches through which tunnel and under which
 * contract, and who answers for each segment of the way. Everything the machine enforces is printed from it
 * (`dokuei site render`). The shape of it is here, what must agree with what in `site-rules.ts`.
 */
import { z } from "zod"
import { isNetwork, readAddress, readPrefixed } from "./ipv4.ts"

const address = z.string().refine((text) => readAddress(text) !== null, "must be an IPv4 address")
const prefixed = z
  .string()
  .refine(
    (text) => readPrefixed(text) !== null,
    "must be an address with its prefix length, e.g. 192.168.10.1/24",
  )
const network = z.string().refine((text) => {
  const read = readPrefixed(text)
  return read !== null && isNetwork(read)
}, "must be a network, e.g. 192.168.10.0/24; one host is /32")
/** As the kernel has them (IFNAMSIZ 16 with its zero), and nothing that means something to nft or a shell. */
const interfaceName = z.string().regex(/^[a-z][a-z0-9._-]{0,14}$/, "must be the name of a network interface")
const port = z.int().min(1).max(65535)
const identifier = z.string().regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z, 0-9 and -")
/** Of a certificate (SubjectAltName dNSName); goes into configurations of others, hence the narrow set. */
const identity = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    "must be a DNS name in lower case, as the certificate has it",
  )
const hostName = z.union([address, identity], "must be an address or a DNS name")
const path = z
  .string()
  .regex(/^\/[A-Za-z0-9._/-]+$/, "must be an absolute path of letters, digits, . _ - and /")
/** A line of print for people. */
const words = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "must be one line")

const zone = z.strictObject({
  interface: interfaceName,
  address: prefixed.describe("ours in this zone"),
  router: address.optional().describe("where its other networks are reached"),
  from: z
    .array(network)
    .min(1)
    .optional()
    .describe("who may call us from here; default: the zone's own network"),
})

/** Zones by the HEASNET report's fourth measure. */
export const ZONES = ["modality", "vpn", "office", "management"] as const
export type ZoneName = (typeof ZONES)[number]

/**
 * Doors, and the zones each may be opened in; the door for partners (ITI-41) is opened to contracts, not to a zone. Who is
 * invited to join has no tunnel yet: `joining` is the one door at the carrier, and it stands only while `dokuei invite` runs.
 */
export const DOORS = {
  dicom: ["modality"],
  "dicom-tls": ["modality"],
  "dicom-web": ["modality"],
  desk: ["office", "management"],
  health: ["management"],
  ssh: ["management"],
  joining: ["vpn"],
} as const satisfies Record<string, readonly ZoneName[]>
export type DoorName = keyof typeof DOORS
const DOOR_NAMES = Object.keys(DOORS) as [DoorName, ...DoorName[]]

/** The way between a device and a reader's eye, cut where responsibility may change hands (guidelines 2.4, S-31). */
export const SEGMENTS = {
  "device-network": "医療機器から病院側装置まで / from the devices to the hospital's gateway",
  "edge-gateway": "病院側装置 / the hospital's gateway",
  "hospital-access": "病院の回線接続点 / the hospital's access to the carrier",
  "carrier-network": "通信事業者の回線 / the carrier's network",
  "center-access": "読影センターの回線接続点 / the reading centre's access to the carrier",
  "center-gateway": "読影センター側装置 / the reading centre's gateway",
  "reader-terminal": "読影端末とその回線 / the reader's terminal and its line",
} as const
export type SegmentName = keyof typeof SEGMENTS
const SEGMENT_NAMES = Object.keys(SEGMENTS) as [SegmentName, ...SegmentName[]]
/** The part of the way that is never the hospital's to answer for, nor anybody's but the centre's. */
export const CENTER_SEGMENTS = [
  "center-access",
  "center-gateway",
  "reader-terminal",
] as const satisfies readonly SegmentName[]

const tunnelIdentity = identity.describe("DNS name in our certificate")
const tunnelInner = address.describe("ours inside the tunnels; of no network of a zone")

const contract = z.strictObject({
  id: identifier.describe("as the agreement in the gateway's configuration has it"),
  partner: words,
  number: words.describe("of the contract on paper"),
  validFrom: z.iso.date(),
  validUntil: z.iso.date(),
  peer: z.strictObject({
    address: z
      .union([z.literal("any"), address], 'must be an IPv4 address, or "any" for a peer without a fixed one')
      .describe("of the partner's IPsec gateway"),
    identity: identity.describe("DNS name in its certificate: the only one that is let in"),
  }),
  inner: address.describe("of the partner's gateway inside the tunnel"),
  weReach: z.array(port).default([]).describe("its TCP ports we may call"),
  theyReach: z.array(port).default([]).describe("our TCP ports it may call"),
})

const exception = z.strictObject({
  measure: z.enum(["pre-shared-key"]).describe("what is not as the guidelines want it"),
  contract: identifier,
  secretFile: path.describe("the key, 32 octets at least; readable by root alone"),
  approvedBy: words,
  approvedOn: z.iso.date(),
  until: z.iso.date(),
  reason: words,
})

const contact = z.strictObject({
  id: identifier,
  party: words,
  name: words,
  telephone: z.string().regex(/^\+?[0-9 ()-]{3,30}$/, "must be a telephone number"),
  mail: z.email().optional(),
  hours: words.describe("e.g. 24 h, or 平日 9-17時"),
  reviewedOn: z.iso.date().describe("when somebody last made sure that this is right"),
})
const responsible = z.strictObject({
  segment: z.enum(SEGMENT_NAMES),
  party: words.describe("who answers for it"),
  contact: identifier.describe("id of the first responder"),
  sla: words.describe("what is agreed: availability, time to respond, time to repair"),
})

export const siteSchema = z.strictObject({
  role: z.enum(["edge", "center"]),
  name: words,
  zones: z.strictObject({
    modality: zone.optional().describe("needed at a hospital"),
    vpn: zone
      .omit({ from: true })
      .extend({ router: address.describe("of the carrier, on the way to the partners") })
      .describe("the way to partners and nothing else"),
    office: zone.optional(),
    management: zone,
  }),
  tunnel: z.strictObject({
    inner: tunnelInner,
    identity: tunnelIdentity,
    certificate: path.describe("ours, PEM"),
    key: path.describe("PKCS#8 PEM, readable by root alone"),
    authority: path.describe("of the partners' certificates, PEM"),
    datapath: z
      .enum(["kernel", "user"])
      .default("kernel")
      .describe("`user`: kernel-libipsec, where the kernel has no ESP; slower"),
  }),
  doors: z
    .array(
      z.strictObject({
        door: z.enum(DOOR_NAMES),
        port,
        zones: z.array(z.enum(ZONES)).min(1),
      }),
    )
    .min(1)
    .describe("our TCP ports that are no partner's"),
  contracts: z.array(contract).describe("a hospital has one; a reading centre may have none yet"),
  destinations: z
    .array(
      z.strictObject({
        name: words.describe("e.g. archive, mail server, time-stamp authority, collector of audit records"),
        zone: z.enum(["modality", "office", "management"]),
        address,
        port,
      }),
    )
    .default([])
    .describe("whom we call outside the tunnels, over TCP"),
  nameServers: z.array(z.strictObject({ zone: z.enum(["office", "management"]), address })).default([]),
  timeServers: z
    .array(
      z.strictObject({
        zone: z.enum(["office", "management"]),
        address,
        name: hostName.optional().describe("as its NTS certificate has it; default: no NTS"),
      }),
    )
    .min(3, "at least three are needed: of two nobody can say which is wrong"),
  exceptions: z.array(exception).default([]),
  contacts: z.array(contact).min(1),
  responsibility: z.array(responsible).describe("each segment once"),
})

/**
 * What a reading centre says for the site file of a hospital that joins it (docs/joining.md): of itself alone. The hospital makes
 * the tunnel, to an address, and calls one door through it; which of its own ports anybody may call it says itself, and who
 * answers for its part of the way.
 */
export const handedOverSchema = z.strictObject({
  tunnel: z.strictObject({ inner: tunnelInner, identity: tunnelIdentity }),
  contract: contract.extend({
    peer: contract.shape.peer.extend({ address }),
    weReach: z.array(port).length(1),
    theyReach: z.array(port).length(0),
  }),
  /** Who answers for the centre's part of the way, and whom to call. */
  contacts: z.array(contact).max(16),
  responsibility: z.array(responsible.extend({ segment: z.enum(CENTER_SEGMENTS) })).max(16),
})
export type HandedOver = z.output<typeof handedOverSchema>
export const isTunnelIdentity = (text: string): boolean => identity.safeParse(text).success

export type Site = z.output<typeof siteSchema>
/** As it is written, before defaults. */
export type SiteFile = z.input<typeof siteSchema>
export type Zone = Site["zones"]["management"]
export type Contract = Site["contracts"][number]
