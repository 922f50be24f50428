import { ApiError } from "../../api.ts"
import { FrameFault } from "../../image/frame-body.ts"

const NOT_ACCEPTABLE = 406

/** What stands in a frame's place. 406: the original is there, in an encoding of which neither gateway nor page makes a picture. */
export function faultOf(error: unknown): FrameFault {
  if (error instanceof FrameFault) return error
  const isEncoding = error instanceof ApiError && error.status === NOT_ACCEPTABLE
  return new FrameFault(isEncoding ? "encoding" : "http", String(error), { cause: error })
}
