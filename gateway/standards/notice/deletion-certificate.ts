/**
 * The account of a deletion, for the hospital whose data it was: what went, how, and which copies are beyond our reach.
 *
 * It never says more than is true: while a backup could still open the objects, they are "erased online" only.
 */
import { element, xmlDocument } from "../xml/writer.ts"
import { readClosed, type ClosedElement } from "./closed-element.ts"
import { localTime } from "./local-time.ts"
import { organizationElement, readOrganization, type Organization } from "./party.ts"

export const DELETION_CERTIFICATE_NAMESPACE = "urn:dokuei:deletion-certificate:2"

/** Images and what came with them; or the request, the reports and everything said of them. */
export type Destroyed = "images" | "texts"
const DESTROYED: readonly Destroyed[] = ["images", "texts"]

/** Why: the agreed term ended, the hospital asked, the agreement ended. */
export type DeletionReason = "term" | "request" | "agreement-end"
const REASONS: readonly DeletionReason[] = ["term", "request", "agreement-end"]

/** How: the key was destroyed, then the bytes were unlinked (NIST SP 800-88 cryptographic erase). */
export type DeletionMethod = "key-destruction"
const METHODS: readonly DeletionMethod[] = ["key-destruction"]

/** One object that went. */
export interface DestroyedObject {
  /** SOP Instance UID of an instance, uniqueId of any other document. */
  readonly id: string
  /** Hex, of the clear file: what its sender knows it by. */
  readonly sha256: string
}

/** Objects by the submission that brought or took them, so that its other side can compare. */
export interface DestroyedSubmission {
  /** SubmissionSet.uniqueId. */
  readonly uniqueId: string
  readonly objects: readonly DestroyedObject[]
}

export interface DeletionCertificate {
  /** OID of this document. */
  readonly documentId: string
  readonly StudyInstanceUID: string
  readonly requestNumber: string
  readonly what: Destroyed
  readonly reason: DeletionReason
  readonly method: DeletionMethod
  /** Both copies of the key slot were read back as zero. */
  readonly readBack: boolean
  /** Key epoch of the destroyed slot; with it die copies of the slot in backups. */
  readonly epoch: number
  /** ISO 8601 with zone. */
  readonly destroyedAt: string
  /** Last day a backup could still open the objects, `YYYY-MM-DD`; null when none ever could. */
  readonly backupsUntil: string | null
  readonly counts: { readonly objects: number; readonly bytes: number }
  /** What was destroyed, as far as it is named; never more than counted. */
  readonly submissions: readonly DestroyedSubmission[]
  /** Copies we neither hold nor control, one sentence each, e.g. the hospital's own archive. */
  readonly copiesOutsideControl: readonly string[]
  /** Who destroyed, and whose data it was. */
  readonly by: Organization
  readonly owner: Organization
}

/** The document; equal values give equal bytes. Throws Malformed XML_CHARACTER, NOTICE_VALUE. */
export function writeDeletionCertificate(certificate: DeletionCertificate): Uint8Array {
  const { documentId, what, reason, destroyedAt, StudyInstanceUID, requestNumber, counts } = certificate
  const { method, readBack, epoch, backupsUntil } = certificate
  const root = element(
    "DeletionCertificate",
    { xmlns: DELETION_CERTIFICATE_NAMESPACE, documentId, what, reason, destroyedAt },
    element("Study", { StudyInstanceUID, requestNumber }),
    element("Destruction", { method, readBack, epoch, backupsUntil }),
    element(
      "Objects",
      { count: counts.objects, bytes: counts.bytes },
      certificate.submissions.map(({ uniqueId, objects }) =>
        element(
          "Submission",
          { uniqueId },
          objects.map(({ id, sha256 }) => element("Object", { id, sha256 })),
        ),
      ),
    ),
    certificate.copiesOutsideControl.map((copy) => element("CopyOutsideControl", {}, copy)),
    organizationElement("By", certificate.by),
    organizationElement("Owner", certificate.owner),
  )
  const bytes = new TextEncoder().encode(xmlDocument(root))
  // What cannot be read back must not be signed: the same rules decide.
  readDeletionCertificate(bytes)
  return bytes
}

/**
 * @throws Malformed NOTICE_UNKNOWN, NOTICE_INCOMPLETE, NOTICE_VALUE, XML_…
 */
export function readDeletionCertificate(bytes: Uint8Array): DeletionCertificate {
  const root = readClosed(bytes, DELETION_CERTIFICATE_NAMESPACE, "DeletionCertificate")
  const study = root.required("Study")
  const destruction = root.required("Destruction")
  const certificate: DeletionCertificate = {
    documentId: root.uid("documentId"),
    what: root.oneOf("what", DESTROYED),
    reason: root.oneOf("reason", REASONS),
    destroyedAt: root.instant("destroyedAt"),
    StudyInstanceUID: study.attribute("StudyInstanceUID"),
    requestNumber: study.attribute("requestNumber"),
    method: destruction.oneOf("method", METHODS),
    readBack: destruction.flag("readBack"),
    epoch: destruction.count("epoch"),
    backupsUntil: destruction.date("backupsUntil"),
    ...readObjects(root.required("Objects")),
    copiesOutsideControl: root.children("CopyOutsideControl").map((copy) => copy.content()),
    by: readOrganization(root.required("By")),
    owner: readOrganization(root.required("Owner")),
  }
  for (const element of [study, destruction, root]) element.finish()
  return certificate
}

function readObjects(element: ClosedElement): Pick<DeletionCertificate, "counts" | "submissions"> {
  const counts = { objects: element.count("count"), bytes: element.count("bytes") }
  const submissions = element.children("Submission").map(readSubmission)
  element.finish()
  if (objectsNamed(submissions) > counts.objects)
    throw element.fault("NOTICE_VALUE", "more objects named than counted")
  return { counts, submissions }
}

function readSubmission(element: ClosedElement): DestroyedSubmission {
  const objects = element.children("Object").map((object) => {
    const named = { id: object.attribute("id"), sha256: object.attribute("sha256") }
    if (!/^[0-9a-f]{64}$/.test(named.sha256)) throw object.fault("NOTICE_VALUE", "@sha256 is no SHA-256")
    object.finish()
    return named
  })
  const submission = { uniqueId: element.uid("uniqueId"), objects }
  element.finish()
  return submission
}

export const objectsNamed = (submissions: readonly DestroyedSubmission[]): number =>
  submissions.reduce((sum, { objects }) => sum + objects.length, 0)

/** Whether the objects are beyond every backup on this day (`YYYY-MM-DD`). */
export const isBeyondBackups = ({ backupsUntil, readBack }: DeletionCertificate, day: string): boolean =>
  readBack && (backupsUntil === null || day > backupsUntil)

/**
 * In plain words, without patient data.
 *
 * @param day today where it is read, `YYYY-MM-DD`: decides between "erased online" and "erased"
 */
export function deletionSentence(
  certificate: DeletionCertificate,
  language: "ja" | "en",
  timeZone: string,
  day: string,
): string {
  const words = language === "ja" ? japanese : english
  return words(certificate, localTime(certificate.destroyedAt, timeZone), isBeyondBackups(certificate, day))
}

function japanese(
  { by, counts, readBack, backupsUntil, copiesOutsideControl }: DeletionCertificate,
  at: string,
  gone: boolean,
): string {
  const done = `${by.name}は${at}に${counts.objects}件の鍵を破棄し、データを削除しました。`
  const checked = readBack
    ? "鍵の消去は読み戻して確かめました。"
    : "鍵の消去を読み戻して確かめることはできていません。"
  const until =
    gone || backupsUntil === null
      ? ""
      : `${backupsUntil}まではバックアップから開ける可能性があるため、「オンラインで消去」の状態です。`
  const copies =
    copiesOutsideControl.length === 0 ? "" : `管理の及ばない写し：${copiesOutsideControl.join("、")}。`
  return done + checked + until + copies
}

function english(
  { by, counts, readBack, backupsUntil, copiesOutsideControl }: DeletionCertificate,
  at: string,
  gone: boolean,
): string {
  const sentences = [
    `${by.name} destroyed the keys of ${counts.objects} objects at ${at} and removed the data.`,
    readBack ? "The erased keys were read back." : "The erased keys could not be read back.",
    ...(gone || backupsUntil === null
      ? []
      : [`Until ${backupsUntil} a backup could still open them: they are erased online only.`]),
    ...(copiesOutsideControl.length === 0
      ? []
      : [`Copies outside our control: ${copiesOutsideControl.join("; ")}.`]),
  ]
  return sentences.join(" ")
}
