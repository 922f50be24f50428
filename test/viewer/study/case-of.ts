/** A case of the reading desk around synthetic series. */
import type { ReadingView, SigningView } from "../../../gateway/journey/views/reading.ts"
import { jst, WORK_ITEMS } from "../fixtures/desk.ts"
import { instanceUid, type SyntheticSeries } from "./synthetic.ts"

export const STUDY = "2.25.1234567890"
export const REQUEST_ID = "0117"

export function caseOf(series: readonly SyntheticSeries[], over: Partial<ReadingView> = {}): ReadingView {
  const item = WORK_ITEMS.find(({ requestId }) => requestId === REQUEST_ID)!
  const instances = series.reduce((sum, { frames }) => sum + frames.length, 0)
  return {
    ...item,
    state: "inProgress",
    reader: { id: "r1", name: "見本 灯 医師", mine: true },
    study: { ...item.study, StudyInstanceUID: STUDY, instances, instancesExpected: instances },
    series: series.map((one) => ({
      SeriesInstanceUID: one.SeriesInstanceUID,
      SeriesNumber: one.SeriesNumber,
      SeriesDescription: one.SeriesDescription,
      Modality: one.Modality,
      images: one.frames.map((_, at) => ({
        SOPInstanceUID: instanceUid(one, at),
        SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
        InstanceNumber: at + 1,
        frames: 1,
      })),
    })),
    draft: { findings: "", impression: "", keyImages: [], correctionReason: "", draftVersion: 3 },
    versions: [],
    standing: [],
    signing: null,
    ...over,
  }
}

export const TEXT = {
  findings:
    "左後頭葉から側頭葉内側に低吸収域を認め、左後大脳動脈領域の脳梗塞に矛盾しません。前回と比べ境界は明瞭です。\n" +
    "内部に出血を示す高吸収域は指摘できません。\n脳室拡大、正中偏位は認めません。側脳室周囲白質に淡い低吸収域を認めます。",
  impression: "1. 左PCA領域の亜急性期脳梗塞。出血なし。\n2. 慢性虚血性白質変化。",
}

export function signingOf(
  done: number,
  failedAt: number | null = null,
  failure: string | null = null,
): SigningView {
  const names = ["frozen", "identity", "hpki", "time-stamp", "sent", "acknowledged"] as const
  return {
    failure,
    steps: names.map((step, at) => ({
      step,
      state:
        at === failedAt ? "fail" : at < done ? "done" : at === done && failedAt === null ? "now" : "todo",
      at: at < done ? jst("14:10") : null,
    })),
  }
}
