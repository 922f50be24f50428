/**
 * Judge: what of an inbound submission can be refused by peer, agreement and metadata alone, before a document is read.
 *
 * Codes of the registry are those of ITI TF-3 table 4.2.4.1-2; what only an agreement demands is an XDSRepositoryError.
 */
import type { Submission } from "../../standards/xds/submission.ts"
import { REFERENCE_TYPE, type ReferenceType } from "../../standards/xds/vocabulary.ts"
import { inForce, type Agreement, type Site } from "../agreement.ts"
import { kindOf, roleOf } from "../codes.ts"
import { contentFault } from "./content-fault.ts"
import { AcceptanceError } from "../errors.ts"
import type { Inbound } from "./inbound.ts"
import { judgeUnmarked } from "./judge-unmarked.ts"
import { agreementOf } from "../keep.ts"
import { isSealing } from "../packaging.ts"
import { referenced } from "../metadata.ts"
import { checkConsent } from "./consent.ts"
import { checkRelationships, isReplacing } from "./relationships.ts"
import { roleIn } from "./roles.ts"
import type { PeerIdentity } from "../ports/outside.ts"
import type { DocumentRole, SubmissionKind } from "../records/submission.ts"
import type { World } from "../world.ts"

/** Documents besides signatures: how many of each role a kind of submission holds. */
type Many = "one" | "maybe" | "some" | "any"
const DOCUMENTS: Readonly<Record<SubmissionKind, Readonly<Partial<Record<DocumentRole, Many>>>>> = {
  study: { manifest: "one", request: "one", consent: "maybe", recoding: "maybe", instance: "some" },
  unit: { announcement: "maybe", consent: "maybe", recoding: "maybe", instance: "some" },
  report: { cda: "one", pdf: "one", attachment: "any" },
  stamp: {},
  preliminary: { cda: "one", pdf: "one" },
  receipt: {},
  refusal: { refusal: "one" },
  recall: { recall: "one" },
  acknowledgement: { acknowledgement: "one" },
  certificate: { certificate: "one" },
  phantom: { request: "one", instance: "some" },
  "phantom-report": { cda: "one", pdf: "one" },
}

/**
 * Its seal and one more is what we send: of a person, of all units, or of the receipt. Another may have more persons sign.
 * Each is read and verified before the answer.
 */
const MAX_SIGNATURES = 8

/**
 * Who takes receipts takes the other answer as well; who takes studies gives them back; who takes reports takes their stamps, and
 * what is said before them, where that is agreed (`checkPreliminary`).
 */
const AGREED_WITH: Readonly<Partial<Record<SubmissionKind, SubmissionKind>>> = {
  refusal: "receipt",
  recall: "study",
  unit: "study",
  stamp: "report",
  preliminary: "report",
  "phantom-report": "phantom",
}

/** Throws AcceptanceError. */
export function judge(world: World, peer: PeerIdentity, submission: Submission): Inbound {
  const { submissionSet: set } = submission
  const agreement = agreementOf(world, peer.agreement)
  if (agreement === null || !inForce(agreement, world.site.timeZone, world.clock.now()))
    throw notAgreed("no agreement is in force with this peer")
  // Who could write a medium for a partner without seals, nobody can say: the assertion is what was agreed against that.
  if (agreement.xua === "demand" && peer.onMedium !== undefined)
    throw notAgreed(
      "the agreement demands an assertion of who sends, and a medium has none: send it over the line",
    )
  checkLimited(agreement, submission)
  if (set.sourceId !== agreement.partner.oid) throw notAgreed("sourceId is not the one agreed for this peer")
  checkRecipient(world.site, submission)
  checkRelationships(submission)
  if (!isSealing(agreement)) return { ...judgeUnmarked(agreement, submission), onMedium: peer.onMedium }
  const kind = kindOf(set)
  if (kind === null || !agreement.accepts.includes(AGREED_WITH[kind] ?? kind))
    throw notAgreed("contentTypeCode is outside the agreement")
  checkDocuments(kind, submission, agreement)
  if (kind === "preliminary") checkPreliminary(submission, agreement)
  checkConsent(kind, submission, agreement)
  const StudyInstanceUID = onlyId(submission, REFERENCE_TYPE.study)
  const requestId = onlyId(submission, REFERENCE_TYPE.workflow)
  return { agreement, kind, submission, StudyInstanceUID, requestId, onMedium: peer.onMedium }
}

/** Nobody has signed it and nobody says to: one signature, which is the seal's. For which requests it is agreed: `landing.ts`. */
function checkPreliminary({ documentEntries }: Submission, agreement: Agreement): void {
  const { preliminaryReports = "none", codes } = agreement
  if (preliminaryReports === "none") throw notAgreed("preliminary reports are outside the agreement")
  const isSignature = (entry: (typeof documentEntries)[number]): boolean =>
    roleOf(entry, codes) === "signature"
  if (documentEntries.filter(isSignature).length > 1)
    throw notAgreed("a preliminary report is under a seal alone, and this one has a signature besides")
  if (documentEntries.some(({ legalAuthenticator }) => legalAuthenticator !== null))
    throw notAgreed("a preliminary report has no legalAuthenticator")
}

const notAgreed = (why: string): AcceptanceError =>
  new AcceptanceError("ERR_NOT_AGREED", "XDSRepositoryError", why)

/** Limited metadata are for those with whom it is agreed (ITI TF-1 15.2: Accepts Limited Metadata). */
export function checkLimited(
  { limitedMetadata }: Pick<Agreement, "limitedMetadata">,
  { submissionSet, documentEntries }: Submission,
): void {
  if (limitedMetadata.includes("accept")) return
  const flagged = [submissionSet, ...documentEntries].filter((object) => object.limitedMetadata)
  const [first] = flagged
  if (first === undefined) return
  throw new AcceptanceError(
    "ERR_METADATA",
    "XDSRepositoryMetadataError",
    `limited metadata are flagged on ${flagged.length} objects, the first is ${first.entryUUID}, and the agreement takes none`,
  )
}

/** Absent is accepted, a foreign one refused (domain.md 8). XON.10 holds our OID, or our ten digits. */
export function checkRecipient(
  { oid, institutionCode = "" }: Pick<Site, "oid"> & Partial<Pick<Site, "institutionCode">>,
  { submissionSet: { intendedRecipient } }: Submission,
): void {
  const ids = intendedRecipient.map((each) => each.split("|")[0]?.split("^")[9] ?? "")
  if (ids.length > 0 && !ids.some((id) => id !== "" && (id === oid || id === institutionCode)))
    throw new AcceptanceError(
      "ERR_OTHER_RECIPIENT",
      "UnknownRecipient",
      "intendedRecipient names somebody else",
    )
}

/** A manifest that replaces another may bring no image: then it takes some back. Nor one whose images came in units. */
function checkDocuments(kind: SubmissionKind, submission: Submission, agreement: Agreement): void {
  const { documentEntries, associations } = submission
  const found = new Map<string, number>()
  for (const entry of documentEntries) {
    const role = roleIn(agreement, entry, submission)
    if (role === null) throw contentFault(entry.uniqueId, "formatCode is outside the agreement")
    found.set(role, (found.get(role) ?? 0) + 1)
  }
  const signatures = found.get("signature") ?? 0
  if (signatures > MAX_SIGNATURES)
    throw notAgreed(`${signatures} signatures, and at most ${MAX_SIGNATURES} are taken`)
  found.delete("signature")
  const here = new Set(documentEntries.map(({ entryUUID }) => entryUUID))
  const isOnEarlier =
    kind === "study" &&
    associations.some(({ type, target }) => isReplacing(type) || (type === "signs" && !here.has(target)))
  const expected: Readonly<Record<string, Many>> = isOnEarlier
    ? { ...DOCUMENTS.study, instance: "any" }
    : DOCUMENTS[kind]
  const fits =
    Object.entries(expected).every(([role, many]) => isFitting(many, found.get(role) ?? 0)) &&
    [...found.keys()].every((role) => role in expected)
  if (!fits) throw notAgreed("the documents are not those of the contentTypeCode")
}

function isFitting(many: Many, count: number): boolean {
  if (many === "one") return count === 1
  if (many === "any") return true
  return many === "maybe" ? count <= 1 : count >= 1
}

/** The one id of this type that all entries name together. */
function onlyId({ documentEntries }: Submission, type: ReferenceType): string {
  const [id, ...others] = new Set(documentEntries.flatMap((each) => referenced(each, type)))
  if (id === undefined || others.length > 0)
    throw new AcceptanceError(
      "ERR_METADATA",
      "XDSRepositoryMetadataError",
      "referenceIdList must name one study and one workflow instance",
    )
  return id
}
