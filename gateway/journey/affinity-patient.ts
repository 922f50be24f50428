/**
 * The patient's number in the affinity domain of a partner's repository (ITI TF-3 4.2.3.2.16): its registry knows patients by
 * numbers of its own. A person enters it, once for each patient, or the agreement says that both numbers are the same;
 * nothing is guessed. sourcePatientId stays the hospital's (4.2.3.2.22).
 */
import type { DocumentEntry } from "../standards/xds/submission.ts"
import type { AffinityDomain, Agreement } from "./agreement.ts"
import { audit } from "./audit.ts"
import { DeskError } from "./errors.ts"
import { agreementOf } from "./keep.ts"
import { cx, plain } from "./metadata.ts"
import type { Person } from "./ports/person.ts"
import type { Change } from "./records/ledger.ts"
import type { RequestRecord } from "./records/request.ts"
import { sentAs } from "./same-subject.ts"
import type { World } from "./world.ts"

type Numbered = Pick<RequestRecord, "private">

/** A person has to say the number, and nobody has. */
export function lacksAffinityPatient(world: Pick<World, "agreements">, request: RequestRecord): boolean {
  return isByPerson(agreementOf(world, request.agreement)) && affinityPatientOf(request) === ""
}

export const affinityPatientOf = ({ private: asked }: Numbered): string => asked.affinityPatientId ?? ""

export const isByPerson = (agreement: Pick<Agreement, "affinityDomain"> | null): boolean =>
  agreement?.affinityDomain?.numbers === "person"

/**
 * The request with the number, and the row that audits it.
 *
 * @throws DeskError ERR_INPUT where the agreement asks for none, or no message can carry it
 */
export function withAffinityPatient(
  world: World,
  person: Person,
  request: RequestRecord,
  PatientID: string,
): { readonly request: RequestRecord; readonly changes: readonly Change[] } {
  const agreement = agreementOf(world, request.agreement)
  const number = PatientID.trim()
  if (!isByPerson(agreement) || number === "" || plain(number) !== number)
    throw new DeskError(
      "ERR_INPUT",
      "affinityPatientId: the agreement asks for none, or no message can carry it",
    )
  const numbered = { ...request, private: { ...request.private, affinityPatientId: number } }
  const at = world.clock.now().toISOString()
  const recorded = audit(`patient-identified/${request.id}/${at}`, {
    event: "patient-identified",
    outcome: "success",
    at,
    user: person.login,
    userName: person.name,
    PatientID: request.private.patient.PatientID,
    objectId: `urn:oid:${request.id}`,
    description: `in domain ${agreement?.affinityDomain?.patientIdDomain ?? ""}`,
  })
  return { request: numbered, changes: [{ put: "request", record: numbered }, recorded] }
}

/** As the newest request of the same patient under the same agreement has it; "" when none does. */
export async function knownAffinityPatient(
  world: World,
  agreement: Pick<Agreement, "id" | "affinityDomain">,
  PatientID: string,
): Promise<string> {
  if (!isByPerson(agreement)) return ""
  const all = await world.ledger.requestsOfPatient(agreement.id, PatientID)
  const numbered = all.filter((each) => affinityPatientOf(each) !== "")
  const [newest] = numbered.sort((a, b) => b.requestedAt.localeCompare(a.requestedAt))
  return newest === undefined ? "" : affinityPatientOf(newest)
}

/** As CX; null where the agreement has no such domain, or nobody has said the number. */
export function affinityCx(agreement: Pick<Agreement, "affinityDomain">, request: Numbered): string | null {
  const { affinityDomain } = agreement
  if (affinityDomain === undefined) return null
  const number = numberThere(affinityDomain, request)
  return plain(number) === "" ? null : cx(number, affinityDomain.patientIdDomain)
}

const numberThere = ({ numbers }: AffinityDomain, request: Numbered): string =>
  numbers === "same" ? request.private.patient.PatientID : affinityPatientOf(request)

/**
 * Is the patient of an entry the one who was asked about? By the hospital's number, or by that of the agreed affinity domain;
 * what is numbered in neither domain says nothing, and nothing that is may contradict.
 */
export function isOfPatient(agreement: Agreement, request: Numbered, entry: DocumentEntry): boolean {
  const { PatientID } = request.private.patient
  // Nobody is found by a number that is not there, or not any more.
  if (plain(PatientID) === "") return false
  const own = cx(PatientID, agreement.patientIdDomain)
  const theirs = affinityCx(agreement, request)
  if (agreement.affinityDomain === undefined)
    return entry.sourcePatientId !== null && sentAs(entry.sourcePatientId) === own
  const domains = [agreement.patientIdDomain, agreement.affinityDomain.patientIdDomain]
  const said = [entry.patientId, entry.sourcePatientId]
    .flatMap((each) => (each === null ? [] : [sentAs(each)]))
    .filter((each) => domains.some((domain) => each.endsWith(`^^^&${domain}&ISO`)))
  return said.length > 0 && said.every((each) => each === own || each === theirs)
}

/**
 * Does a clinical document name the patient? By every agreed domain of which it gives a number; who gives one of none of them
 * may have left the domain out.
 */
export function namesPatient(
  agreement: Pick<Agreement, "patientIdDomain" | "affinityDomain"> | null,
  request: Numbered,
  ids: readonly { readonly root: string; readonly extension: string }[],
): boolean {
  const { PatientID } = request.private.patient
  const { patientIdDomain = "", affinityDomain } = agreement ?? {}
  const numbers = new Map([
    ...(affinityDomain === undefined
      ? []
      : [[affinityDomain.patientIdDomain, numberThere(affinityDomain, request)] as const]),
    [patientIdDomain, PatientID] as const,
  ])
  const said = Map.groupBy(ids, ({ root }) => numbers.get(root) ?? null)
  const known = [...said].filter(([number]) => number !== null)
  const isNumber = (number: string, extension: string): boolean =>
    plain(number) !== "" && plain(extension) === plain(number)
  return known.length === 0
    ? ids.some(({ extension }) => isNumber(PatientID, extension))
    : known.every(([number, own]) => own.some(({ extension }) => isNumber(number ?? "", extension)))
}
