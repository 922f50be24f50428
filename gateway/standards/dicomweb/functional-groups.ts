/**
 * Attributes of one frame of an enhanced object: in the frame's own functional groups, else in the shared ones
 * (PS3.3 C.7.6.16), else at the top level as in a classic object.
 */
import type { DataSet } from "../dicom/data-set.ts"

/**
 * The data set that speaks for `macro` of one frame.
 *
 * @param macro keyword of the functional group's sequence, e.g. `FrameVOILUTSequence`
 * @param frameNumber 1-based
 */
export function frameAttributes(dataSet: DataSet, macro: string, frameNumber: number): DataSet {
  const own = dataSet.items("PerFrameFunctionalGroupsSequence")[frameNumber - 1]
  const shared = dataSet.items("SharedFunctionalGroupsSequence")[0]
  return own?.items(macro)[0] ?? shared?.items(macro)[0] ?? dataSet
}
