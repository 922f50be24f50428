/**
 * Who read what: the desks with an audit row for every opening by a person (openings.ts). The row is durable before
 * anything is handed out: what could not be recorded is not shown.
 */
import { audit } from "../audit.ts"
import { openings } from "./openings.ts"
import type { AuditEvent } from "../ports/audit.ts"
import type { Person } from "../ports/person.ts"
import type { CaseStudy, ReadingDesk } from "../ports/reading-desk.ts"
import type { StaffDesk } from "../ports/staff-desk.ts"
import type { ReportRecord } from "../records/report.ts"
import type { StudyRecord } from "../records/study.ts"
import type { ReadingView } from "../views/reading.ts"
import type { World } from "../world.ts"

type Subject = Pick<AuditEvent, "event"> & Partial<AuditEvent>
/** Tells of an opening of `what` by this person; `subject` is looked up for the first read only. */
type Tell = (person: Person, what: string, subject: () => Promise<Subject>) => Promise<void>

function teller(world: World): Tell {
  const open = openings(world.clock)
  return (person, what, subject) =>
    open.tellOnce(`${person.id}/${what}`, async () => {
      const at = world.clock.now().toISOString()
      const told = { outcome: "success" as const, at, user: person.login, userName: person.name }
      await world.ledger.commit([
        audit(`accessed/${what}/${person.id}/${at}`, { ...told, ...(await subject()) }),
      ])
    })
}

/** One row per person, study and opening: the case's own images, and each examination it is compared with. */
export function accountedReading(world: World, desk: ReadingDesk): ReadingDesk {
  const tell = teller(world)
  const case_ = async (person: Person, requestId: string, view: ReadingView): Promise<ReadingView> => {
    const { StudyInstanceUID } = view.study
    await images(person, { requestId, StudyInstanceUID })
    return view
  }
  const images = (person: Person, named: CaseStudy): Promise<void> =>
    tell(person, `study/${named.requestId}/${named.StudyInstanceUID}`, () => studySubject(world, named))
  const frozen = (person: Person, prepareId: string): Promise<void> =>
    tell(person, `prepared/${prepareId}`, async () =>
      reportSubject(world, await world.ledger.reportByPrepareId(prepareId), "the frozen PDF"),
    )
  return {
    ...desk,
    reading: async (person, requestId) => case_(person, requestId, await desk.reading(person, requestId)),
    start: async (person, requestId) => case_(person, requestId, await desk.start(person, requestId)),
    amend: async (person, requestId, amendment) =>
      case_(person, requestId, await desk.amend(person, requestId, amendment)),
    takeBack: async (person, requestId) => case_(person, requestId, await desk.takeBack(person, requestId)),
    paper: async (person, requestId, index) => {
      const paper = await desk.paper(person, requestId, index)
      const study = (await world.ledger.request(requestId))?.private.StudyInstanceUID ?? ""
      await tell(person, `paper/${requestId}/${index}`, () =>
        studySubject(world, { requestId, StudyInstanceUID: study }),
      )
      return paper
    },
    metadata: async (person, named, series) => {
      const items = await desk.metadata(person, named, series)
      await images(person, named)
      return items
    },
    frame: async (person, named, instance, frame) => {
      const encoded = await desk.frame(person, named, instance, frame)
      await images(person, named)
      return encoded
    },
    rendered: async (person, named, ...which) => {
      const png = await desk.rendered(person, named, ...which)
      await images(person, named)
      return png
    },
    preparedPdf: async (person, prepareId) => {
      const bytes = await desk.preparedPdf(person, prepareId)
      await frozen(person, prepareId)
      return bytes
    },
    preparedSheet: async (person, prepareId) => {
      const png = await desk.preparedSheet(person, prepareId)
      await frozen(person, prepareId)
      return png
    },
  }
}

/** One row per person, report, kind of document and opening; and per study about which something is to be decided. */
export function accountedStaff(world: World, desk: StaffDesk): StaffDesk {
  const tell = teller(world)
  const report = (person: Person, reportId: string, form: string): Promise<void> =>
    tell(person, `report/${reportId}/${form}`, async () =>
      reportSubject(world, await world.ledger.report(reportId), form),
    )
  const preliminary = (person: Person, requestId: string, version: number, form: string): Promise<void> =>
    tell(person, `preliminary/${requestId}/${version}/${form}`, async () => ({
      event: "report-accessed",
      PatientID: (await world.ledger.request(requestId))?.private.patient.PatientID ?? null,
      objectId: requestId,
      description: `preliminary report ${version}: ${form}`,
    }))
  const images = (person: Person, studyId: string): Promise<void> =>
    tell(person, `study/${studyId}`, async () => ownSubject(await world.ledger.study(studyId)))
  return {
    ...desk,
    requests: async (person) => {
      const items = await desk.requests(person)
      if (person.role === "system")
        await tell(person, "requests", () => Promise.resolve(listed(items.length)))
      return items
    },
    request: async (person, requestId) => {
      const view = await desk.request(person, requestId)
      const shown = [view.report, ...view.addenda.map((each) => each.report)]
      for (const each of shown) if (each !== null) await report(person, each.reportId, "the page")
      for (const { version } of view.preliminaries ?? [])
        await preliminary(person, requestId, version, "the page")
      return view
    },
    study: async (person, studyId) => {
      const question = await desk.study(person, studyId)
      await images(person, studyId)
      return question
    },
    copyPicture: async (person, studyId, objectId) => {
      const png = await desk.copyPicture(person, studyId, objectId)
      await images(person, studyId)
      return png
    },
    document: async (person, reportId, kind) => {
      const bytes = await desk.document(person, reportId, kind)
      await report(person, reportId, `the document ${kind}`)
      return bytes
    },
    preliminaryPdf: async (person, requestId, version) => {
      const bytes = await desk.preliminaryPdf(person, requestId, version)
      await preliminary(person, requestId, version, "the document pdf")
      return bytes
    },
    keyImage: async (person, reportId, index) => {
      const png = await desk.keyImage(person, reportId, index)
      await report(person, reportId, "the key images")
      return png
    },
    attachment: async (person, reportId, index) => {
      const bytes = await desk.attachment(person, reportId, index)
      await report(person, reportId, "the attachments")
      return bytes
    },
    verification: async (person, reportId) => {
      const verdicts = await desk.verification(person, reportId)
      await report(person, reportId, "the verification")
      return verdicts
    },
  }
}

/** Clerks live in their list and are told by their login; a system is told by every opening of its own. */
const listed = (count: number): Subject => ({
  event: "requests-listed",
  objectId: "urn:dokuei:requests",
  description: `${count} that it entered itself`,
})

/** A study of the case, found as the desk found it. */
async function studySubject(world: World, { requestId, StudyInstanceUID }: CaseStudy): Promise<Subject> {
  const request = await world.ledger.request(requestId)
  return {
    event: "study-accessed",
    PatientID: request?.private.patient.PatientID ?? null,
    StudyInstanceUID,
  }
}

const ownSubject = (study: StudyRecord | null): Subject => ({
  event: "study-accessed",
  PatientID: study?.private.patient.PatientID ?? null,
  StudyInstanceUID: study?.private.StudyInstanceUID ?? null,
})

async function reportSubject(world: World, report: ReportRecord | null, form: string): Promise<Subject> {
  const request = report === null ? null : await world.ledger.request(report.requestId)
  return {
    event: "report-accessed",
    PatientID: request?.private.patient.PatientID ?? null,
    objectId: report?.id ?? null,
    description: form,
  }
}
