/**
 * The site file of a hospital that has joined: what the reading centre knows is in it, what only the hospital knows is
 * blank. A blank is a fault, so `dokuei site render` names every place that is still to be filled in.
 */
import { stringify } from "yaml"
import { handedOverSchema, SEGMENTS, type HandedOver, type SegmentName, siteSchema } from "./site.ts"
import { TUNNEL_FILES } from "./tunnel-files.ts"

/** Ports of our doors, as the draft of the configuration has them. */
export interface DraftDoors {
  readonly dicom: number
  readonly desk: number
  readonly health: number
}

const SHELL_PORT = 22

/** @returns null when what came is none, or would leave more to mend than the blanks. */
export function siteDraft(hospital: string, doors: DraftDoors, came: unknown): string | null {
  const read = handedOverSchema.safeParse(came)
  if (!read.success) return null
  const site = draftOf(hospital, doors, read.data)
  const faults = siteSchema.safeParse(site).error?.issues ?? []
  if (!faults.every(({ path }) => isBlank(site, path))) return null
  return HEAD + stringify(site)
}

const HEAD = `# A draft of the site file, made by joining a reading centre. Everything that is "" only you know: zones (interfaces and
# addresses, with their prefix, as in 192.168.10.1/24), routers, three time servers, and who answers for what. Until all are
# filled in \`dokuei site render\` names those that are not. Read what the centre has put in: contracts and its contacts.
`

const BLANK = ""

const draftOf = (hospital: string, doors: DraftDoors, came: HandedOver) => ({
  role: "edge" as const,
  name: hospital,
  zones: {
    modality: { interface: BLANK, address: BLANK },
    vpn: { interface: BLANK, address: BLANK, router: BLANK },
    office: { interface: BLANK, address: BLANK, router: BLANK },
    management: { interface: BLANK, address: BLANK },
  },
  tunnel: { ...came.tunnel, ...TUNNEL_FILES },
  doors: [
    { door: "dicom", port: doors.dicom, zones: ["modality"] },
    { door: "desk", port: doors.desk, zones: ["office"] },
    { door: "health", port: doors.health, zones: ["management"] },
    { door: "ssh", port: SHELL_PORT, zones: ["management"] },
  ],
  contracts: [came.contract],
  timeServers: [1, 2, 3].map(() => ({ zone: "office", address: BLANK })),
  contacts: [
    { id: "hospital", party: hospital, ...NOBODY },
    { id: "carrier", party: BLANK, ...NOBODY },
    ...came.contacts,
  ],
  responsibility: Object.keys(SEGMENTS).map(
    (segment) =>
      came.responsibility.find((each) => each.segment === segment) ?? ours(segment as SegmentName, hospital),
  ),
})

const NOBODY = { name: BLANK, telephone: BLANK, hours: BLANK, reviewedOn: BLANK }

/** Devices and the machine are the hospital's; a line is its carrier's. */
const ours = (segment: SegmentName, hospital: string) =>
  segment === "device-network" || segment === "edge-gateway"
    ? { segment, party: hospital, contact: "hospital", sla: BLANK }
    : { segment, party: BLANK, contact: "carrier", sla: BLANK }

function isBlank(site: object, path: readonly PropertyKey[]): boolean {
  const at = path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    site,
  )
  return at === BLANK
}
