/** The patient as sourcePatientInfo tells it (ITI TF-3 4.2.3.2.23): PID-3, -5 with representation codes, -7, -8. */
import type { PatientView } from "../views/study.ts"

const field = (info: readonly string[], name: string): string[] =>
  info.filter((value) => value.startsWith(`${name}|`)).map((value) => value.slice(name.length + 1))

/** XPN components 1 and 2 of the repetition with this name representation code (XPN.8). */
function name(repetitions: readonly string[], representation: string): string {
  const found = repetitions
    .map((each) => each.split("^"))
    .find((parts) => (parts[7] ?? "") === representation)
  return [found?.[0] ?? "", found?.[1] ?? ""].filter((part) => part !== "").join(" ")
}

export function patientOf(sourcePatientInfo: readonly string[]): PatientView {
  const names = field(sourcePatientInfo, "PID-5").flatMap((value) => value.split("~"))
  const birth = field(sourcePatientInfo, "PID-7")[0] ?? ""
  const sex = field(sourcePatientInfo, "PID-8")[0] ?? ""
  return {
    PatientID: field(sourcePatientInfo, "PID-3")[0]?.split("^")[0] ?? "",
    ideographic: name(names, "I"),
    phonetic: name(names, "P"),
    alphabetic: name(names, "A"),
    birthDate: /^\d{8}/.test(birth) ? `${birth.slice(0, 4)}-${birth.slice(4, 6)}-${birth.slice(6, 8)}` : null,
    sex: sex === "M" || sex === "F" || sex === "O" ? sex : "",
    nameMarked: false,
  }
}
