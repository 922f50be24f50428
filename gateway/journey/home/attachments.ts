/** What came with a report and is not the report: renditions made of it (XFRM) and attachments, in the order they came. */
import { isDerived } from "../accept/roles.ts"
import { MIME } from "../codes.ts"
import type { ReportRecord } from "../records/report.ts"
import type { DocumentRecord } from "../records/submission.ts"
import type { AttachmentView } from "../views/staff.ts"
import type { World } from "../world.ts"

export interface Attachment {
  readonly document: DocumentRecord
  readonly view: AttachmentView
}

export async function attachmentsOf(world: World, { submissionId }: ReportRecord): Promise<Attachment[]> {
  const brought = await world.ledger.submission(submissionId ?? "")
  const submission = brought?.private.submission
  const documents = brought === null ? [] : await world.ledger.documents(brought.id)
  const entries = new Map(submission?.documentEntries.map((each) => [each.entryUUID, each]))
  const associations = submission?.associations ?? []
  return documents
    .filter(({ role }) => role === "attachment")
    .map((document) => {
      const entry = entries.get(document.entryUUID)
      const derived = isDerived(document, associations)
      // What was encrypted tells its type in its signature alone.
      const mediaType = document.clearMimeType === MIME.cms ? "" : document.clearMimeType
      return { document, view: { title: entry?.title ?? "", mediaType, derived } }
    })
}
