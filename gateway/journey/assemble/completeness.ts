/**
 * Completeness: does anything the hospital's systems say contradict that all images are here? DICOM has no sign for the end
 * of a study, so silence after a quiet period only infers it. Each kind of hint is one member of `Signal`; a performed
 * procedure step or a QA station's word would be the next.
 */
import { Malformed } from "../../standards/malformed.ts"
import { header } from "../read/images.ts"
import type { InstanceRecord } from "../records/instance.ts"
import type { Completeness, StudyRecord } from "../records/study.ts"
import type { World } from "../world.ts"

export type Signal =
  /** (0020,1208) Number of Study Related Instances. */
  | { readonly kind: "study-count"; readonly instances: number }
  /** (0020,1209) Number of Series Related Instances. */
  | { readonly kind: "series-count"; readonly SeriesInstanceUID: string; readonly instances: number }
  /** A storage commitment names them as of this study (PS3.4 J). */
  | { readonly kind: "named"; readonly SOPInstanceUIDs: readonly string[] }

/** Copies of one image count once. */
export function completeness(signals: readonly Signal[], instances: readonly InstanceRecord[]): Completeness {
  const here = new Set(instances.map(({ private: each }) => each.SOPInstanceUID))
  const inSeries = Map.groupBy(instances, ({ private: each }) => each.SeriesInstanceUID)
  const missing = signals.map((signal): number => {
    switch (signal.kind) {
      case "study-count":
        return signal.instances - here.size
      case "series-count": {
        const members = inSeries.get(signal.SeriesInstanceUID) ?? []
        return signal.instances - new Set(members.map((each) => each.private.SOPInstanceUID)).size
      }
      case "named":
        return signal.SOPInstanceUIDs.filter((each) => !here.has(each)).length
    }
  })
  const most = Math.max(0, ...missing)
  if (most > 0) return { state: "incomplete-known", expected: here.size + most, missing: most }
  const told = signals.some(({ kind }) => kind === "study-count")
  return { state: "complete-inferred", expected: told ? here.size : null, missing: 0 }
}

/** What the newest image of each series says, and what devices have named. */
export async function signalsOf(
  world: World,
  study: StudyRecord,
  instances: readonly InstanceRecord[],
): Promise<Signal[]> {
  const signals: Signal[] = [{ kind: "named", SOPInstanceUIDs: study.private.awaited ?? [] }]
  const series = Map.groupBy(instances, ({ private: each }) => each.SeriesInstanceUID)
  for (const [SeriesInstanceUID, members] of series) {
    const newest = members.reduce((a, b) => (a.receivedAt > b.receivedAt ? a : b))
    signals.push(...(await countsOf(world, SeriesInstanceUID, newest)))
  }
  return signals
}

/** An image that cannot be read says nothing of the others. */
async function countsOf(world: World, SeriesInstanceUID: string, image: InstanceRecord): Promise<Signal[]> {
  try {
    const { dataSet } = await header(world, image.place)
    const ofStudy = dataSet.number("NumberOfStudyRelatedInstances")
    const ofSeries = dataSet.number("NumberOfSeriesRelatedInstances")
    return [
      ...(ofStudy === null ? [] : [{ kind: "study-count", instances: ofStudy } as const]),
      ...(ofSeries === null
        ? []
        : [{ kind: "series-count", SeriesInstanceUID, instances: ofSeries } as const]),
    ]
  } catch (error) {
    if (error instanceof Malformed) return []
    throw error
  }
}
