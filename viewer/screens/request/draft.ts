/** What is being written on a request form: the fields as first drawn, what they hold now, and how one changes another. */
import type { RequestInput, RequestText } from "../../../gateway/journey/views/request.ts"
import type { SessionView } from "../../../gateway/journey/views/session.ts"
import type { StaffItem } from "../../../gateway/journey/views/staff.ts"
import type { Field } from "../../parts/field.ts"
import { t } from "../../text/language.ts"
import { daySeconds } from "../../words/instant.ts"
import { nameLines } from "../../words/patient-name.ts"
import { isRequired, missingFields, proposedNumber, type RequestField } from "../../words/request-check.ts"

type OwnField =
  "requestNumber" | "PatientID" | "patientName" | "AccessionNumber" | "agreement" | "affinityPatientId"

/** A blank form, or one that already knows which study it is for. */
function blank(seed: StaffItem | null, session: SessionView, now: Date): RequestInput {
  const request: RequestText = {
    purpose: "",
    diagnosis: "",
    history: "",
    department: "",
    physician: "",
    setting: "outpatient",
    contrast: "",
    telephone: "",
  }
  return {
    requestNumber: proposedNumber(daySeconds(now)),
    PatientID: seed?.patient.PatientID ?? "",
    patientName: seed === null ? "" : nameLines(seed.patient, "ja").name,
    urgency: seed?.urgency ?? "ROUTINE",
    agreement: session.agreements[0]?.id ?? "",
    StudyInstanceUID: seed?.study?.StudyInstanceUID ?? "",
    AccessionNumber: seed?.study?.AccessionNumber ?? "",
    request,
    telephoneOnResult: false,
    releaseWhenComplete: true,
  }
}

/** The page the fields stand on. */
export interface DraftPage {
  changed(): void
  /** Fields are the browser's: what one field does to another has to be written into it. */
  writeIn(field: string, value: string): void
}

export class RequestDraft {
  readonly seed: StaffItem | null
  input: RequestInput
  /** Somebody tried to send it: what is missing is shown at its field. */
  tried = false
  readonly #initial: RequestInput
  readonly #page: DraftPage

  constructor(seed: StaffItem | null, session: SessionView, now: Date, page: DraftPage) {
    this.seed = seed
    this.#initial = blank(seed, session, now)
    this.input = this.#initial
    this.#page = page
  }

  get isTouched(): boolean {
    return this.input !== this.#initial
  }

  get missing(): readonly RequestField[] {
    return missingFields(this.input)
  }

  replace(input: RequestInput): void {
    this.input = input
    this.#page.changed()
  }

  change(change: Partial<RequestInput>): void {
    this.replace({ ...this.input, ...change })
  }

  changeText(change: Partial<RequestText>): void {
    this.change({ request: { ...this.input.request, ...change } })
  }

  /** Only an empty field is filled for somebody. */
  fillText(change: Partial<RequestText>): void {
    for (const [field, value] of Object.entries(change)) this.#page.writeIn(field, value)
    this.changeText(change)
  }

  field(name: RequestField, initial: string, input: (value: string) => void): Field {
    return {
      name,
      label: t(`request.${name}`),
      initial,
      required: isRequired(name),
      error: this.tried && this.missing.includes(name),
      input,
    }
  }

  own(name: OwnField): Field {
    return this.field(name, this.#initial[name] ?? "", (value) => {
      if (name === "agreement") this.#choosePartner(value)
      else this.change({ [name]: value })
    })
  }

  text(name: Exclude<keyof RequestText, "setting" | "physicianId">): Field {
    return this.field(name, this.#initial.request[name] ?? "", (value) => this.changeText({ [name]: value }))
  }

  /** Another reading centre has other policies, other readers, and another number for the patient. */
  #choosePartner(agreement: string): void {
    for (const field of ["affinityPatientId", "namedReader"]) this.#page.writeIn(field, "")
    const input = {
      ...this.input,
      request: { ...this.input.request, namedReader: "" },
      affinityPatientId: "",
      agreement,
    }
    delete input.consent
    this.replace(input)
  }
}
