/**
 * Papers: what a partner laid beside its study and a reader may want to see, such as the request as PDF or CDA document. A PDF is
 * given as it came, a clinical document as the PDF that is wrapped in it or as plain text; whatever else came stays where it is.
 */
import { readForeignDocument, type ForeignDocument } from "../../standards/cda/foreign-document.ts"
import { Malformed } from "../../standards/malformed.ts"
import { namesPatient } from "../affinity-patient.ts"
import type { CaseFile } from "../cases/case-file.ts"
import { MIME } from "../codes.ts"
import { found } from "../desk-guards.ts"
import { agreementOf } from "../keep.ts"
import { isLive } from "../live-slot.ts"
import type { Paper } from "../ports/staff-desk.ts"
import { readWhole } from "../read-whole.ts"
import type { RequestRecord } from "../records/request.ts"
import type { DocumentRecord, DocumentRole, SubmissionRecord } from "../records/submission.ts"
import type { PaperView } from "../views/reading.ts"
import type { World } from "../world.ts"

/** Read each time a case is looked at: a larger one is no letter. */
const MAX_XML_BYTES = 4 * 1024 * 1024
const MAX_PDF_BYTES = 64 * 1024 * 1024
/** All of a case, for the same reason. */
const MAX_ALL_XML_BYTES = 4 * MAX_XML_BYTES
/** Looked at, whether or not they can be read: a partner may lay thousands beside a study. */
const MAX_PAPERS = 50
const ROLES: readonly DocumentRole[] = ["pdf", "cda", "attachment"]

interface Lying {
  readonly document: DocumentRecord
  readonly view: PaperView
  /** Null of a PDF. */
  readonly body: ForeignDocument["body"] | null
}

/** Of studies that are verified, in the order in which they came. */
export async function papersOf(
  world: World,
  { request, submissions }: Pick<CaseFile, "request" | "submissions">,
): Promise<readonly Lying[]> {
  const studies = submissions.filter(
    ({ direction, kind, state, slotId }) =>
      direction === "in" && kind === "study" && state === "verified" && isLive(world, slotId),
  )
  const beside: (readonly [SubmissionRecord, DocumentRecord])[] = []
  for (const study of studies)
    for (const document of await world.ledger.documents(study.id))
      if (ROLES.includes(document.role) && document.within === undefined) beside.push([study, document])
  const papers: Lying[] = []
  let xmlLeft = MAX_ALL_XML_BYTES
  for (const [study, document] of beside.slice(0, MAX_PAPERS)) {
    const { clearLengthBytes } = (await world.spool.open(document.place)).facts
    const isXml = document.clearMimeType === MIME.xml
    if (clearLengthBytes > (isXml ? Math.min(MAX_XML_BYTES, xmlLeft) : MAX_PDF_BYTES)) continue
    if (isXml) xmlLeft -= clearLengthBytes
    const paper = await readable(world, request, study, document)
    if (paper !== null) papers.push(paper)
  }
  return papers
}

/** The one with this number, from 0. @throws DeskError ERR_NOT_FOUND */
export async function paperOf(
  world: World,
  file: Pick<CaseFile, "request" | "submissions">,
  index: number,
): Promise<Paper> {
  const { document, view, body } = found((await papersOf(world, file))[index], "paper of this case")
  const { mediaType } = view
  if (body === null) return { mediaType, bytes: await readWhole(world.spool, document.place) }
  return { mediaType, bytes: body.kind === "pdf" ? body.bytes : Buffer.from(body.text) }
}

/** Null of what nobody could read, and of what is about another patient. */
async function readable(
  world: World,
  request: RequestRecord,
  study: SubmissionRecord,
  document: DocumentRecord,
): Promise<Lying | null> {
  const { entryUUID, clearMimeType, place } = document
  const entry = study.private.submission?.documentEntries.find((each) => each.entryUUID === entryUUID)
  const view = {
    title: entry?.title ?? "",
    verdict: study.private.verdict?.outcome ?? "indeterminate",
  } as const
  if (clearMimeType === MIME.pdf) return { document, view: { ...view, mediaType: MIME.pdf }, body: null }
  if (clearMimeType !== MIME.xml) return null
  const written = asDocument(await readWhole(world.spool, place))
  if (written === null || !namesPatient(agreementOf(world, study.agreement), request, written.patientIds))
    return null
  const mediaType = written.body.kind === "pdf" ? MIME.pdf : "text/plain; charset=utf-8"
  return { document, view: { ...view, mediaType }, body: written.body }
}

function asDocument(bytes: Uint8Array): ForeignDocument | null {
  try {
    return readForeignDocument(bytes)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}
