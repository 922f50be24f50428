/**
 * Is the patient who came the one that is known under the same number? Numbers are mistyped and given twice: when name,
 * birth date or sex contradict what came before, a person decides before anything is shown as that patient's. Nothing is
 * ever merged by itself, nor across agreements of other number domains (ITI TF-2 3.41.4.1.3, DocumentQueued).
 */
import type { Submission } from "../standards/xds/submission.ts"
import type { Agreement } from "./agreement.ts"
import { bare } from "./assemble/same-name.ts"
import { patientIdOf } from "./same-subject.ts"
import { patientOf } from "./submit/patient.ts"
import type { PatientView } from "./views/study.ts"
import type { World } from "./world.ts"

/** What contradicts; [] when nothing does. What one of the two does not say is no contradiction. */
export type Difference = "name" | "birth date" | "sex"

export function differences(known: PatientView, came: PatientView): readonly Difference[] {
  const bothSay = (a: string | null, b: string | null): boolean => (a ?? "") !== "" && (b ?? "") !== ""
  return [
    ...(isOtherName(known, came) ? (["name"] as const) : []),
    ...(bothSay(known.birthDate, came.birthDate) && known.birthDate !== came.birthDate
      ? (["birth date"] as const)
      : []),
    ...(bothSay(known.sex, came.sex) && known.sex !== came.sex ? (["sex"] as const) : []),
  ]
}

/** In no writing that both have do they agree; one may have more parts than the other. */
function isOtherName(known: PatientView, came: PatientView): boolean {
  const writings = ["ideographic", "phonetic", "alphabetic"] as const
  const pairs = writings
    .map((writing) => [bare(known[writing]), bare(came[writing])] as const)
    .filter(([a, b]) => a !== "" && b !== "")
  return pairs.length > 0 && !pairs.some(([a, b]) => a.startsWith(b) || b.startsWith(a))
}

/** Known under the same number, and somebody else by what is said of them. */
export interface OtherPatient {
  readonly known: PatientView
  readonly differs: readonly Difference[]
}

/** Of a submission that begins a case; null when nobody is known under the number, or nothing contradicts. */
export async function otherPatient(
  world: World,
  agreement: Agreement,
  requestId: string,
  { documentEntries }: Submission,
): Promise<OtherPatient | null> {
  const [entry] = documentEntries
  const PatientID = patientIdOf(entry)
  const known = await newestKnown(world, agreement, requestId, PatientID)
  if (known === null) return null
  const differs = differences(known, patientOf(entry?.sourcePatientInfo ?? []))
  return differs.length === 0 ? null : { known, differs }
}

/** As the newest case of this number has it, under any agreement whose patients are numbered in the same domain. */
async function newestKnown(
  world: World,
  { patientIdDomain }: Agreement,
  requestId: string,
  PatientID: string,
): Promise<PatientView | null> {
  const alike = world.agreements.filter((each) => each.patientIdDomain === patientIdDomain)
  const requests = await Promise.all(alike.map(({ id }) => world.ledger.requestsOfPatient(id, PatientID)))
  if (requests.flat().some(({ id }) => id === requestId)) return null
  const [newest] = requests.flat().sort((a, b) => b.requestedAt.localeCompare(a.requestedAt))
  return newest?.private.patient ?? null
}
