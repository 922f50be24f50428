/** Audit rows of the steps (ihe-wire §5.3): one message per side and patient, outcome included. */
import { sentAs } from "./asserted.ts"
import type { Submission } from "../standards/xds/submission.ts"
import { REFERENCE_TYPE } from "../standards/xds/vocabulary.ts"
import { referenced } from "./metadata.ts"
import type { Medium, ReadIn } from "./ports/media.ts"
import type { AuditEvent } from "./ports/audit.ts"
import type { PeerIdentity } from "./ports/outside.ts"
import type { Person } from "./ports/person.ts"
import { exchangeWords } from "./packaging.ts"
import type { Change } from "./records/ledger.ts"
import type { StudyRecord } from "./records/study.ts"
import type { SubmissionRecord } from "./records/submission.ts"
import { patientCxOf } from "./same-subject.ts"
import type { World } from "./world.ts"

const BLANK: Omit<AuditEvent, "event" | "outcome" | "at"> = {
  user: null,
  userName: null,
  peer: null,
  PatientID: null,
  StudyInstanceUID: null,
  objectId: null,
  SOPClassUID: null,
  instances: null,
  description: null,
}

type Told = Pick<AuditEvent, "event" | "outcome" | "at"> & Partial<AuditEvent>

/** What is not told of an event is null. */
export const event = (told: Told): AuditEvent => ({ ...BLANK, ...told })

/**
 * `key` makes the row unique: the same thing told twice is kept once. So it names the occurrence (with its time, where
 * the thing can happen again), not the thing: a second failure is a second row.
 */
export function audit(key: string, told: Told): Change {
  return { put: "audit", record: { key, event: event(told) } }
}

/** What went wrong, and under which written permission it travels unencrypted. */
function described(world: World, { agreement, failureCode }: SubmissionRecord): string | null {
  const agreed = world.agreements.find((each) => each.id === agreement)
  const words = [failureCode, agreed === undefined ? null : exchangeWords(agreed)]
  return words.filter((each) => each !== null).join("; ") || null
}

/** Images alone, to an archive, are a transfer of instances (PS3.15 A.5.3.7); everything else leaves by ITI-41. */
function leftBy(
  world: World,
  { agreement, submissionSetUid, private: { submission } }: SubmissionRecord,
): Pick<Told, "event" | "objectId" | "StudyInstanceUID" | "instances"> {
  const agreed = world.agreements.find((each) => each.id === agreement)
  if (agreed?.packaging.form !== "stow") return { event: "export", objectId: submissionSetUid }
  const entries = submission?.documentEntries ?? []
  const [StudyInstanceUID = null] = entries.flatMap((each) => referenced(each, REFERENCE_TYPE.study))
  return { event: "images-stored", StudyInstanceUID, instances: entries.length }
}

/** A submission left, or was to: 110106 Export. */
export function exportAudit(
  world: World,
  record: SubmissionRecord,
  outcome: AuditEvent["outcome"],
  at: string,
): Change {
  return audit(`export/${record.id}/${record.attempts}/${at}`, {
    ...leftBy(world, record),
    outcome,
    at,
    peer: peerOf(world, record),
    PatientID: patientOf(record),
    description: described(world, record),
    asserted: sentAs(world, record),
  })
}

/** ITI-32 at the Portable Media Creator: 110106 Export. */
export function mediumExport(
  world: World,
  record: SubmissionRecord,
  told: {
    readonly user: string
    readonly medium: Medium
    readonly outcome: AuditEvent["outcome"]
    readonly why: string | null
    readonly at: string
  },
): Change {
  const { user, medium, outcome, why, at } = told
  return audit(`medium-exported/${record.id}/${outcome}/${at}`, {
    event: "medium-exported",
    outcome,
    at,
    user,
    medium,
    PatientID: patientOf(record),
    objectId: record.submissionSetUid,
    description: described(world, { ...record, failureCode: why }),
  })
}

/** What came on a medium was read in by a person at this machine (ITI-32); else it is ITI-41 of its sender. */
const cameBy = (
  onMedium: ReadIn | undefined,
  peer: AuditEvent["peer"],
): Pick<AuditEvent, "event" | "peer" | "user"> & { readonly medium?: Medium } =>
  onMedium === undefined
    ? { event: "import", peer, user: null }
    : { event: "medium-read", peer: null, user: onMedium.user, medium: onMedium.medium }

/** The recipient has it: 110107 Import. A repetition is a transaction of its own. */
export function importAudit(
  world: World,
  record: SubmissionRecord,
  outcome: AuditEvent["outcome"],
  at: string,
  onMedium?: ReadIn,
): Change {
  return audit(`import/${record.id}/${outcome}/${at}`, {
    ...cameBy(onMedium, peerOf(world, record)),
    outcome,
    at,
    PatientID: patientOf(record),
    objectId: record.submissionSetUid,
    description: described(world, record),
    asserted: record.private.asserted ?? null,
  })
}

/** What did not end with Success at the recipient: 110107 Import, failed. `told` = what the sender was told, `why` = what not. */
export function refusedImport(
  world: World,
  peer: PeerIdentity,
  submission: Submission | null,
  told: readonly string[],
  why: string | null = null,
): AuditEvent {
  const agreement = world.agreements.find((each) => each.id === peer.agreement)
  return event({
    ...cameBy(peer.onMedium, {
      id: agreement?.endpoint ?? peer.spkiSha256,
      address: peer.remoteAddress,
    }),
    // A line that broke is tried again; what was refused needs a person.
    outcome: told.length === 0 ? "minor" : "serious",
    at: world.clock.now().toISOString(),
    PatientID: patientCxOf(submission),
    objectId: submission?.submissionSet.uniqueId ?? null,
    description: told.length === 0 ? broken(peer) : [...told, ...(why === null ? [] : [why])].join(" "),
    asserted: peer.asserted ?? null,
  })
}

const broken = ({ onMedium }: PeerIdentity): string =>
  onMedium === undefined ? "the line broke" : "the medium was not read to its end"

/** How images came to us: 110104 from a device, 110107 from media of another organization (PS3.15 A.5.3.5). */
export type Came = Extract<AuditEvent["event"], "instances-received" | "instances-added" | "media-imported">

/** One row for a study's arrival, not one per instance. */
export function receivedAudit(study: StudyRecord, at: string, came: Came): Change {
  return audit(`received/${study.id}/${study.instances}/${at}`, {
    event: came,
    outcome: "success",
    at,
    peer: { id: study.callingAE, address: "" },
    PatientID: study.private.patient.PatientID,
    StudyInstanceUID: study.private.StudyInstanceUID,
    instances: study.instances,
  })
}

const patientOf = (record: SubmissionRecord): string | null => patientCxOf(record.private.submission)

function peerOf(world: World, record: SubmissionRecord): AuditEvent["peer"] {
  const agreement = world.agreements.find((each) => each.id === record.agreement)
  return agreement === undefined
    ? null
    : { id: agreement.endpoint, address: new URL(agreement.endpoint).hostname }
}

/** A person decided about a study's images. The reason may name a patient: it is kept with the study, not here. */
export function decidedAudit(
  study: StudyRecord,
  person: Person,
  decided: {
    readonly what: string
    readonly at: string
    readonly instances: number
    readonly description: string
  },
): Change {
  const { what, at, instances, description } = decided
  return audit(`${what}/${study.id}/${at}`, {
    event: "study-changed",
    outcome: "success",
    at,
    user: person.login,
    userName: person.name,
    PatientID: study.private.patient.PatientID,
    StudyInstanceUID: study.private.StudyInstanceUID,
    instances,
    description,
  })
}
