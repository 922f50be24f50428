/**
 * The cases both desks list, kept between two looks: everybody's page asks again whenever something changed, and
 * opening every sealed column of every case each time took a second for 2,500 of them. Only cases a commit has touched
 * are read again.
 *
 * What is kept lives in memory alone and says what the ledger says: a commit drops what it changes before it resolves,
 * the end of a study or a request (whose slot is destroyed) like any other. Who reads while a commit is under way
 * keeps nothing of it.
 */
import { busySubjects, caseFile, isTold } from "./case-file.ts"
import type { CaseFile, Cases } from "./cases.ts"
import { isKept } from "../desk-guards.ts"
import type { JobRecord } from "../records/job.ts"
import type { Change, Ledger } from "../records/ledger.ts"
import type { RequestRecord } from "../records/request.ts"

/** Of the cases that are over; all others are listed whole. */
export const FINISHED_LIMIT = 500
const JOBS_LIMIT = 10_000

export interface CaseBook extends Cases {
  /** The ledger to commit to: of what goes past it the book knows nothing. */
  readonly ledger: Ledger
}

export function caseBook(inner: Ledger): CaseBook {
  const kept = new Kept()
  const ledger: Ledger = {
    ...inner,
    commit: async (changes) => {
      try {
        await inner.commit(changes)
      } finally {
        for (const change of changes) kept.drop(change)
      }
    },
  }
  return { ledger, listed: () => listed(inner, kept) }
}

async function listed(ledger: Ledger, kept: Kept): Promise<readonly CaseFile[]> {
  const jobs = Map.groupBy((await ledger.failingJobs(1, JOBS_LIMIT)).filter(isTold), ({ subject }) => subject)
  const files: CaseFile[] = []
  for (const request of await requestsOf(ledger, kept)) {
    const file = kept.files.get(request.id) ?? (await read(ledger, kept, request))
    files.push({ ...file, jobs: jobsOf(file, jobs) })
  }
  kept.forgetOthers(files)
  return files
}

async function requestsOf(ledger: Ledger, kept: Kept): Promise<readonly RequestRecord[]> {
  if (kept.requests !== null) return kept.requests
  const { drops } = kept
  const all = [...(await ledger.openRequests()), ...(await ledger.finishedRequests(FINISHED_LIMIT))].filter(
    isKept,
  )
  if (kept.drops === drops) kept.requests = all
  return all
}

async function read(ledger: Ledger, kept: Kept, request: RequestRecord): Promise<CaseFile> {
  const { drops } = kept
  const file = withoutMetadata(await caseFile({ ledger }, request))
  if (kept.drops === drops) kept.files.set(request.id, file)
  return file
}

/** Hundreds of DocumentEntries each: no list shows them. */
const withoutMetadata = (file: CaseFile): CaseFile => ({
  ...file,
  submissions: file.submissions.map((each) => ({ ...each, private: { ...each.private, submission: null } })),
})

const jobsOf = (file: CaseFile, jobs: ReadonlyMap<string, readonly JobRecord[]>): JobRecord[] =>
  busySubjects(file.study, file.submissions).flatMap((subject) => jobs.get(subject) ?? [])

class Kept {
  readonly files = new Map<string, CaseFile>()
  requests: readonly RequestRecord[] | null = null
  /** Grows with everything that was dropped: what was read across a drop may be half old. */
  drops = 0

  drop(change: Change): void {
    const touched = touches(change)
    if (touched === null) return
    this.drops += 1
    if ("put" in change && change.put === "request") this.requests = null
    for (const [id, file] of this.files) if (touched(file)) this.files.delete(id)
  }

  /** Cases that are listed no more. */
  forgetOthers(files: readonly CaseFile[]): void {
    if (this.files.size <= files.length) return
    const shown = new Set(files.map(({ request }) => request.id))
    for (const id of this.files.keys()) if (!shown.has(id)) this.files.delete(id)
  }
}

/** Which case files say something else after this change; null = none. Jobs are asked for at every look. */
function touches(change: Change): ((file: CaseFile) => boolean) | null {
  if ("remove" in change) return change.remove === "certificate" ? () => true : null
  switch (change.put) {
    case "request":
      return ({ request }) => request.id === change.record.id
    case "study":
      return (file) => isOf(file, change.record.id)
    case "report":
      return ({ request }) => request.id === change.record.requestId
    case "milestone":
      return ({ request }) => request.id === change.record.subject
    case "submission": {
      const { id, requestId } = change.record
      return ({ request, submissions }) =>
        request.id === requestId || submissions.some((each) => each.id === id)
    }
    case "certificate":
      return (file) => isOf(file, change.record.studyId)
    default:
      return null
  }
}

const isOf = ({ study, request }: CaseFile, studyId: string): boolean =>
  study?.id === studyId || request.studies.some((each) => each.studyId === studyId)
