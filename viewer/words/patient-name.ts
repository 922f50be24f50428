/** Person names (PS3.5 6.2.1) as lines of text: the `^` between components becomes a space. */
import type { PatientView } from "../../gateway/journey/views/study.ts"

export interface NameLines {
  /** Shown large: ideographic, else alphabetic, else phonetic; "" when the study carries no name. */
  readonly name: string
  /** Beside it: kana for Japanese readers, the alphabetic name for others; "" when it says the same. */
  readonly reading: string
}

export function plainName(group: string): string {
  return group
    .split("^")
    .map((component) => component.trim())
    .filter((component) => component !== "")
    .join(" ")
}

/** `Mihon^Taro` → `Mihon, Taro`, the way English lists write family name first. */
export function listedName(alphabetic: string): string {
  const [family = "", ...given] = alphabetic.split("^").map((component) => component.trim())
  const rest = given.filter((component) => component !== "").join(" ")
  return rest === "" ? family : `${family}, ${rest}`
}

export function nameLines(
  patient: Pick<PatientView, "ideographic" | "phonetic" | "alphabetic">,
  language: "ja" | "en",
): NameLines {
  const ideographic = plainName(patient.ideographic)
  const phonetic = plainName(patient.phonetic)
  const alphabetic = listedName(patient.alphabetic)
  const name = ideographic || alphabetic || phonetic
  const reading = language === "ja" ? phonetic || alphabetic : alphabetic || phonetic
  return { name, reading: reading === name ? "" : reading }
}
