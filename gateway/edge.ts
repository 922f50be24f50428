/**
 * The hospital's gateway, in the order a study meets it: storage SCP → assemble → package, sign → submit; and a
 * report coming home: document recipient → verify → staff desk.
 */
import { listenStaffDesk } from "./actors/desks/staff-desk.ts"
import { wait } from "./clock.ts"
import type { EdgeConfig } from "./config/schema.ts"
import { deskOptions } from "./foundation/desk-options.ts"
import { openLine } from "./foundation/commitment-line.ts"
import { keepDirectory } from "./foundation/directory.ts"
import { deliverOptions } from "./foundation/report-places.ts"
import { openDicomDoor, receiveOptions, remoteOf } from "./foundation/dicom-door.ts"
import { fileEnds, fileOptions, mediaOf, openFileDoors } from "./foundation/file-doors.ts"
import { layFoundation } from "./foundation/foundation.ts"
import { doorBook, houseOf, seldom } from "./foundation/technician.ts"
import { accountedStaff } from "./journey/cases/accessed.ts"
import { assemble, quietPeriods, type Senders } from "./journey/assemble/assemble.ts"
import { commit, commitmentHandler } from "./journey/receive/commit.ts"
import { watchedLine, watchedPlaces } from "./journey/technician/contacts.ts"
import { deliver } from "./journey/home/deliver.ts"
import { watchedHandler } from "./journey/technician/door-book.ts"
import { filing } from "./journey/receive/file-instance.ts"
import { instanceHandler } from "./journey/receive/receive.ts"
import { fileHandler } from "./journey/receive/receive-file.ts"
import { evidenceDesk } from "./journey/evidence/evidence-desk.ts"
import { staffDesk } from "./journey/home/staff.ts"
import { technicianDesk } from "./journey/technician/technician.ts"
import { verifierPage } from "./foundation/verifier-page.ts"
import { errorFields } from "./log.ts"
import type { DirectoryView } from "./journey/views/technician.ts"
import type { Levers } from "./journey/ports/levers.ts"
import type { Running } from "./running.ts"

const DEFAULT_QUIET_MS = 60_000
const ASSOCIATION_GRACE_MS = 5_000
/** Pages ask again at most so often for what devices do. */
const DEVICE_NEWS_MS = 1_000

export async function startEdge(config: EdgeConfig, levers: Levers): Promise<Running> {
  const base = await layFoundation(config, levers)
  const { world, log } = base
  const never = new AbortController().signal

  // 1 receive
  const files = filing(
    world,
    (milliseconds) => wait(milliseconds, never),
    (error) => log("error", "filing-failed", errorFields(error)),
  )
  const { dicom } = config
  const notices = new Set<() => void>()
  const devices = [...dicom.modalities, ...fileEnds(dicom)]
  const deviceNews = seldom(() => notices.forEach((tell) => tell()), DEVICE_NEWS_MS)
  base.contactListeners.add(() => deviceNews.call())
  const book = doorBook(dicom, base.clock, () => deviceNews.call())
  const handler = watchedHandler(instanceHandler(world, files, receiveOptions(dicom)), book)
  const commitments = commitmentHandler(world, files, dicom.archive?.aeTitle ?? null)
  const scp = await openDicomDoor(dicom, base, { handler, commitments, note: (event) => book.note(event) })
  const fileDoors = await openFileDoors(dicom, base, {
    handler: fileHandler(world, files, fileOptions(dicom)),
    note: (event) => book.note(event),
  })
  const archive = dicom.archive === undefined ? null : await remoteOf(dicom, dicom.archive, base)
  const line = await openLine(dicom, { archive, scp, commitments, base })

  const places = watchedPlaces(deliverOptions(dicom, archive), base.contacts)

  // 2–5 assemble, package, sign, submit; 12 verify what comes home
  const media = mediaOf(dicom)
  const early = new Set(
    devices.filter(({ leaves }) => leaves === "while-scanning").map(({ aeTitle }) => aeTitle),
  )
  const senders: Senders = {
    quietMsOf: quietPeriods(devices, DEFAULT_QUIET_MS),
    isMedia: (callingAE) => media.has(callingAE),
    leavesEarly: (callingAE) => early.has(callingAE),
  }
  const machineRoom = await base.run(
    {
      assemble: (job) => assemble(world, senders, job),
      commit: (job) => commit(world, watchedLine(line, base.contacts), archive !== null, job),
      deliver: (job) => deliver(world, places, job),
    },
    () => scp.stats,
    () => fileDoors.totals,
  )

  // 13 deliver
  const directory = await keepDirectory(config, base)
  const directoryView = (): DirectoryView | null => directory?.book.view() ?? null
  const desk = await listenStaffDesk(
    { ...(await deskOptions(base)), ...(directory === null ? {} : { directory: directory.book.desk }) },
    accountedStaff(world, staffDesk(world, base.line, files, evidenceDesk(world, verifierPage))),
    technicianDesk(
      world,
      await houseOf({ config, base, book, scp, senders: devices, directory: directoryView }),
    ),
  )
  notices.add(() => desk.notify({ kind: "devices", requestId: null, at: world.clock.now().toISOString() }))
  base.listeners.add((requestId) =>
    desk.notify({ kind: "changed", requestId, at: world.clock.now().toISOString() }),
  )

  const secure = scp.securePort === null ? {} : { dicomTls: scp.securePort }
  const web = fileDoors.webPort === null ? {} : { dicomWeb: fileDoors.webPort }
  const ports = {
    dicom: scp.port,
    ...secure,
    ...web,
    xdr: base.recipient.port,
    desk: desk.port,
    health: machineRoom.port,
  }
  log("info", "ready", ports)
  return {
    ports,
    stop: async () => {
      deviceNews.stop()
      directory?.stop()
      await Promise.all([scp.close(ASSOCIATION_GRACE_MS), fileDoors.close()])
      await line.close()
      // What the ledger does not take now lies in the spool: the next start files it.
      await files.flush().catch((error: unknown) => log("error", "filing-failed", errorFields(error)))
      await desk.close()
      await machineRoom.close()
      await base.close()
    },
  }
}
