import type { ReportDraft } from "../../../gateway/journey/views/reading.ts"
import type { PatientView, StudyView } from "../../../gateway/journey/views/study.ts"
import type { StudyKey } from "../../text/study.ts"
import type { Values } from "../../text/language.ts"

/** One line of the list before signing. `blocked` forbids signing, `warn` asks for a second look. */
export interface SignCheck {
  readonly id:
    "patient" | "impression" | "addendum" | "reason" | "images" | "placeholder" | "side" | "sex" | "critical"
  readonly level: "ok" | "warn" | "blocked"
  readonly words: {
    readonly key: StudyKey
    readonly values: Values
    readonly nested: Readonly<Record<string, StudyKey>>
  }
  /** What the reader can do about it here. */
  readonly action: StudyKey | null
}

/** What the reader has confirmed by hand on this screen. */
export interface Confirmed {
  readonly patient: boolean
  /** Signing with the images that are here, although more are expected. */
  readonly partial: boolean
}

export interface CheckedCase {
  readonly draft: ReportDraft
  readonly patient: Pick<PatientView, "sex">
  readonly study: Pick<StudyView, "instances" | "instancesExpected">
  readonly isCorrection: boolean
  readonly confirmed: Confirmed
}

type Side = "left" | "right" | "both"

const check = (
  id: SignCheck["id"],
  level: SignCheck["level"],
  key: StudyKey,
  values: Values = {},
  nested: Readonly<Record<string, StudyKey>> = {},
  action: StudyKey | null = null,
): SignCheck => ({ id, level, words: { key, values, nested }, action })

/** 左右 in 左右差 and 右左 name both sides; 左 in 左室 counts, because a heart has its sides too. */
export function sideOf(text: string): Side | null {
  const left = /左|\bleft\b/i.test(text)
  const right = /右|\bright\b/i.test(text)
  if ((left && right) || /両側|bilateral/i.test(text)) return "both"
  if (left) return "left"
  return right ? "right" : null
}

function sideCheck({ findings, impression }: ReportDraft): SignCheck[] {
  const [a, b] = [sideOf(findings), sideOf(impression)]
  if (a === null || b === null) return []
  if (a === b || a === "both") return [check("side", "ok", "check.side-ok", {}, { side: `side.${b}` })]
  return [check("side", "warn", "check.side", {}, { findings: `side.${a}`, impression: `side.${b}` })]
}

const ORGANS: Readonly<Record<"M" | "F", RegExp>> = {
  M: /子宮|卵巣|腟|膣|\buter(?:us|ine)\b|\bovar(?:y|ies|ian)\b/i,
  F: /前立腺|精巣|精嚢|陰茎|\bprostate\b|\btest(?:is|es|icular)\b/i,
}

function sexCheck(draft: ReportDraft, sex: PatientView["sex"]): SignCheck[] {
  if (sex !== "M" && sex !== "F") return []
  const organ = ORGANS[sex].exec(textOf(draft))?.[0]
  return organ === undefined
    ? []
    : [check("sex", "warn", "check.sex", { organ, sex: sex === "M" ? "♂" : "♀" })]
}

const textOf = ({ findings, impression, addendum = "" }: ReportDraft): string =>
  [findings, impression, addendum].join("\n")

const CRITICAL =
  /出血|気胸|大動脈解離|肺塞栓|腸管穿孔|遊離ガス|くも膜下|脳ヘルニア|h(?:a)?emorrhage|pneumothorax|dissection|embolism|perforation|herniation/gi
/** A sentence that denies what it names is no alarm. */
const DENIED = /ない|なし|無し|ません|認めず|指摘でき|否定|\bno\b|\bwithout\b|\bnot\b/i

function criticalCheck(draft: ReportDraft): SignCheck[] {
  const sentences = textOf(draft)
    .split(/[。．.\n]/)
    .filter((sentence) => !DENIED.test(sentence))
  const word = sentences.flatMap((sentence) => sentence.match(CRITICAL) ?? [])[0]
  return word === undefined ? [] : [check("critical", "warn", "check.critical", { word })]
}

function placeholderCheck(draft: ReportDraft): SignCheck[] {
  const text = /\{\{[^}]*\}\}|＿{2,}|_{3,}|【\u3000*】/.exec(textOf(draft))?.[0]
  return text === undefined ? [] : [check("placeholder", "blocked", "check.placeholder", { text })]
}

function imagesCheck({ study, confirmed }: CheckedCase): SignCheck {
  const values = { here: study.instances, expected: study.instancesExpected ?? study.instances }
  if (values.here >= values.expected) return check("images", "ok", "check.images-ok", values)
  if (confirmed.partial) return check("images", "warn", "check.images-ok", values)
  return check("images", "blocked", "check.images", values, {}, "check.images-do")
}

/** What a report, or an addendum, may not be without. */
function saysCheck({ impression, addendum }: ReportDraft): SignCheck {
  if (addendum === undefined)
    return impression.trim() === ""
      ? check("impression", "blocked", "check.impression")
      : check("impression", "ok", "check.impression-ok")
  return addendum.trim() === ""
    ? check("addendum", "blocked", "check.addendum")
    : check("addendum", "ok", "check.addendum-ok")
}

/** Everything to look at before signing; those that block come last, next to the button. */
export function signChecks(input: CheckedCase): readonly SignCheck[] {
  const { draft, patient, confirmed } = input
  const found: SignCheck[] = [
    ...sideCheck(draft),
    imagesCheck(input),
    saysCheck(draft),
    ...sexCheck(draft, patient.sex),
    ...criticalCheck(draft),
    ...placeholderCheck(draft),
    ...(input.isCorrection && draft.correctionReason.trim() === ""
      ? [check("reason", "blocked", "check.reason")]
      : []),
    confirmed.patient
      ? check("patient", "ok", "check.patient-ok")
      : check("patient", "blocked", "check.patient", {}, {}, "check.patient-do"),
  ]
  const order = { ok: 0, warn: 1, blocked: 2 }
  return found.sort((a, b) => order[a.level] - order[b.level])
}
