/** A study and its patient, as pages show them. */

export type Urgency = "STAT" | "HIGH" | "ROUTINE"

/** One identity, always shown whole (docs: patient block). */
export interface PatientView {
  readonly PatientID: string
  readonly ideographic: string
  readonly phonetic: string
  readonly alphabetic: string
  readonly birthDate: string | null
  readonly sex: "M" | "F" | "O" | ""
  /** True when a name had to be read against its declared character set, or holds characters shown as 〓. */
  readonly nameMarked: boolean
}

/** The way line: 受信 送信 ┊ 到着 読影 報告 ┊ 受領 既読 対応済. */
export type StationName =
  "received" | "sent" | "arrived" | "reading" | "reported" | "acknowledged" | "seen" | "acted"

export type StationState = "done" | "now" | "part" | "todo" | "hold" | "fail" | "alarm" | "skip"

export interface Station {
  readonly name: StationName
  readonly state: StationState
  readonly at: string | null
  /** 0..1, only with state "part". */
  readonly share: number | null
  /** Error code of errors.ts, only with state "fail" or "hold". */
  readonly reason: string | null
  /** Only of a station that is reached: by the other side's answer alone, where no signed receipt is agreed. */
  readonly by?: "answer"
}

export interface StudyView {
  readonly StudyInstanceUID: string
  readonly StudyDescription: string
  readonly modalities: readonly string[]
  readonly bodyPart: string
  /** Study date and time as the device wrote them, hospital time zone. */
  readonly studyDateTime: string | null
  readonly AccessionNumber: string
  readonly instances: number
  readonly instancesExpected: number | null
  readonly bytes: number
}
