/**
 * The technician's page at the hospital: what is known of devices, lines, disk and certificates, gathered; and tests that
 * a person may make. The ledger counts what waits, the door book and the contacts remember who answered.
 */
import { adviceFor } from "./advice.ts"
import { audit } from "../audit.ts"
import { ARCHIVE, TIME_STAMP_AUTHORITY } from "./contacts.ts"
import { lateSignatures } from "../cases/late-signatures.ts"
import { only } from "../desk-guards.ts"
import type { DoorBook, TurnedAway } from "./door-book.ts"
import { AssociationError, DeskError, DimseError, SubmissionError } from "../errors.ts"
import { lightsOf, type Facts, type Page } from "./lights.ts"
import { lineUp } from "../submit/line-up.ts"
import { partnersOf, type Lines } from "./partners.ts"
import { dayIn, startOfDay } from "../local-day.ts"
import type { TechnicianDesk } from "../ports/machine-desk.ts"
import type { Person } from "../ports/person.ts"
import type { Standing } from "../records/job.ts"
import type {
  ArchiveView,
  DeviceView,
  DirectoryView,
  DiskView,
  DoorView,
  TestResult,
} from "../views/technician.ts"
import type { World } from "../world.ts"

/** A device or the archive, as configured. */
export interface Node {
  readonly aeTitle: string
  readonly stat: boolean
  readonly callable: boolean
  /** Files come from it, by STOW-RS or in a folder: C-ECHO is not for it. */
  readonly files: boolean
}

/** What only the house knows. */
export interface House extends Lines {
  readonly door: DoorView
  readonly devices: readonly Node[]
  readonly archive: Node | null
  readonly book: DoorBook
  readonly marks: { readonly warnBytes: number; readonly refuseBytes: number; readonly reserveBytes: number }
  readonly condition: () => Promise<Condition>
  /** C-ECHO to a node of the configuration. Throws AssociationError, DimseError. */
  readonly echo: (aeTitle: string) => Promise<void>
  /** Mutual TLS to a partner and no more. Throws SubmissionError. */
  readonly reach: (agreement: string) => Promise<void>
  /** The hospital's directory of people; null where there is none. */
  readonly directory: () => DirectoryView | null
}

/** How the house itself is, as /healthz tells it. */
export interface Condition {
  readonly shown: Pick<Page, "certificates" | "lists" | "auditRows" | "collectors" | "clock">
  readonly behind: Pick<
    Facts,
    "frozenSince" | "rot" | "doubtedSignatures" | "unreadableLists" | "failingSteps"
  >
}

export function technicianDesk(world: World, house: House): TechnicianDesk {
  return {
    view: async (person) => {
      only(person, "clerk")
      const facts = await gather(world, house)
      return { ...facts.page, serverTime: facts.now.toISOString(), lights: lightsOf(facts) }
    },
    echo: async (person, aeTitle) => {
      only(person, "clerk")
      if (!nodes(house).some((each) => each.aeTitle === aeTitle && each.callable))
        throw new DeskError("ERR_NOT_FOUND", "no such device, or its address is not configured")
      return tested(world, person, aeTitle, `C-ECHO to ${aeTitle}`, () =>
        aeTitle === house.archive?.aeTitle
          ? house.contacts.watch(ARCHIVE, () => house.echo(aeTitle))
          : house.echo(aeTitle),
      )
    },
    reach: async (person, agreement) => {
      only(person, "clerk")
      const known = world.agreements.find(({ id }) => id === agreement)
      if (known === undefined) throw new DeskError("ERR_NOT_FOUND", "no such agreement")
      return tested(world, person, known.partner.name, `connection to ${agreement}`, async () => {
        await house.contacts.watch(agreement, () => house.reach(agreement))
        await world.ledger.commit(await lineUp(world, agreement))
      })
    },
  }
}

const nodes = ({ devices, archive }: House): readonly Node[] =>
  archive === null ? devices : [...devices, archive]

/** Does it, says what came of it, and who asked for it. */
async function tested(
  world: World,
  person: Person,
  about: string,
  description: string,
  test: () => Promise<void>,
): Promise<TestResult> {
  const started = world.clock.now()
  const code = await failureOf(test)
  const ended = world.clock.now()
  const at = ended.toISOString()
  await world.ledger.commit([
    audit(`node-tested/${person.id}/${at}/${about}`, {
      event: "node-tested",
      outcome: code === null ? "success" : "minor",
      at,
      user: person.login,
      userName: person.name,
      objectId: about,
      description: code === null ? description : `${description}: ${code}`,
    }),
  ])
  const tookMs = ended.getTime() - started.getTime()
  if (code === null) return { ok: true, tookMs, code, ja: null, en: null }
  return { ok: false, tookMs, code, ...adviceFor(code, { about, n: 0 }) }
}

async function failureOf(
  test: () => Promise<void>,
): Promise<(AssociationError | DimseError | SubmissionError)["code"] | null> {
  try {
    await test()
    return null
  } catch (error) {
    if (error instanceof AssociationError || error instanceof DimseError) return error.code
    if (error instanceof SubmissionError) return error.code
    throw error
  }
}

async function gather(world: World, house: House): Promise<Facts> {
  const standing = await world.ledger.standing(world.agreements.map(({ id }) => id))
  const { shown, behind } = await house.condition()
  const now = world.clock.now()
  return {
    now,
    page: {
      ...pageOf(world, house, standing, now),
      disk: diskOf(await world.spool.usage(), house.marks),
      ...shown,
    },
    ...behind,
    lateSignatures: lateSignatures(await world.cases.listed(), now),
    commitmentsSince: standing.commitments.oldestAt,
    firstResponders: new Map(world.agreements.map(({ id, firstResponder }) => [id, firstResponder])),
  }
}

function pageOf({ site, agreements }: World, house: House, standing: Standing, now: Date) {
  const { since, door, devices, archive, book, contacts } = house
  const today = startOfDay(dayIn(now, site.timeZone), site.timeZone)
  return {
    since,
    door,
    devices: devices.map((node) => device(node, book, standing, today)),
    turnedAway: book.turnedAway.map((each) => ({ ...each, line: lineFor(each) })),
    partners: partnersOf({ site, agreements }, house, standing, now),
    archive: archive === null ? null : archiveOf(archive, house, standing),
    timeStamp: contacts.of(TIME_STAMP_AUTHORITY),
    timeStampAuthorities: contacts.beginning(TIME_STAMP_AUTHORITY),
    directory: house.directory(),
  }
}

/** @param today when the hospital's day began */
function device(
  { aeTitle, stat, callable, files }: Node,
  book: DoorBook,
  { arrivals }: Standing,
  today: Date,
): DeviceView {
  const { open, lastEchoAt, lastRefusal } = book.of(aeTitle)
  const own = arrivals.filter(({ callingAE }) => callingAE === aeTitle)
  const images = own.filter(({ lastAt }) => lastAt >= today.toISOString())
  return {
    aeTitle,
    stat,
    callable,
    files,
    open,
    lastImageAt: own[0]?.lastAt ?? null,
    today: images.reduce((sum, { instances }) => sum + instances, 0),
    lastEchoAt,
    lastRefusal,
  }
}

function archiveOf({ aeTitle, callable }: Node, { book, contacts }: House, standing: Standing): ArchiveView {
  return {
    ...contacts.of(ARCHIVE),
    aeTitle,
    callable,
    lastEchoAt: book.of(aeTitle).lastEchoAt,
    commitmentsWaiting: standing.commitments.count,
    reportsWaiting: standing.deliveries.planned.count,
    reportsFailed: standing.deliveries.failed.count,
  }
}

function diskOf(usage: { freeBytes: number; totalBytes: number }, marks: House["marks"]): DiskView {
  const { freeBytes, totalBytes } = usage
  const state =
    freeBytes < marks.reserveBytes
      ? "full"
      : freeBytes < marks.refuseBytes
        ? "refusing"
        : freeBytes < marks.warnBytes
          ? "low"
          : "ok"
  return { freeBytes, totalBytes, ...marks, state }
}

/** What to add to `dicom.modalities`, in YAML; null where the device itself must be set otherwise. */
function lineFor({ why, callingAE, remoteAddress, spkiSha256 }: TurnedAway): string | null {
  const address = remoteAddress.replace(/^::ffff:/i, "")
  switch (why) {
    case "unknown-ae":
      return `- { aeTitle: ${JSON.stringify(callingAE)}, addresses: ["${address}"] }`
    case "wrong-address":
      return `addresses: ["${address}"]`
    case "wrong-key":
      return spkiSha256 === null ? null : `tlsPins: ["${spkiSha256}"]`
    default:
      return null
  }
}
