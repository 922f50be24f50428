/** One connection to a collector: as many records as may stay unconfirmed, then an end in good order. */
import { CollectorError } from "../../journey/errors.ts"
import type { TrailPlace, TrailReader } from "../../journey/ports/audit.ts"
import { syslogFrame, type SyslogOrigin } from "../../standards/atna/syslog.ts"
import { CollectorLine, type Collector, type LineTimeouts } from "./collector-line.ts"
import { pace } from "./pace.ts"

export interface ConnectionLimits extends LineTimeouts {
  /** Unconfirmed at most. */
  readonly records: number
  /** The first of them waits at most so long for its confirmation. */
  readonly confirmMs: number
  /** After an outage the collector is not flooded, nor is the line that images go by. */
  readonly perSecond: number
}

export interface ConnectionParts {
  readonly collector: Collector
  readonly origin: SyslogOrigin
  readonly trail: TrailReader
  readonly limits: ConnectionLimits
  /** Nothing is waited for any more: what is there is sent, and that is the end. */
  readonly stopping: AbortSignal
  /** And now not even that. */
  readonly givingUp: AbortSignal
}

/** Returns behind which record the collector has read everything. Throws CollectorError: then it may not have. */
export async function oneConnection(
  parts: ConnectionParts,
  from: TrailPlace | null,
): Promise<TrailPlace | null> {
  const { collector, limits, givingUp } = parts
  const line = await CollectorLine.open(collector, limits, givingUp)
  try {
    const sent = await send(parts, line, from)
    await line.finish()
    return sent
  } finally {
    line.destroy()
  }
}

/** Until there are enough of them, or they have waited long enough. */
async function send(
  { trail, origin, limits, stopping }: ConnectionParts,
  line: CollectorLine,
  from: TrailPlace | null,
): Promise<TrailPlace | null> {
  const enough = AbortSignal.any([AbortSignal.timeout(limits.confirmMs), stopping])
  const next = pace(limits.perSecond, stopping)
  let sent = from
  let left = limits.records
  for (;;) {
    for await (const { message, place } of trail.after(sent)) {
      await line.write(syslogFrame(message, origin))
      sent = place
      left -= 1
      if (left === 0) return sent
      await next()
    }
    if (enough.aborted) return sent
    await grown(trail, sent?.n ?? 0, enough, line)
    if (line.isOver)
      throw new CollectorError("ERR_COLLECTOR_ENDED", "the collector ended the connection before we did")
  }
}

/** Resolves when the trail has more than `known` records, the signal aborts, or the line is gone. */
export function grown(
  trail: TrailReader,
  known: number,
  signal: AbortSignal,
  line: Pick<CollectorLine, "ended"> | null = null,
): Promise<void> {
  if (trail.records > known || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      trail.followers.delete(end)
      signal.removeEventListener("abort", end)
      resolve()
    }
    trail.followers.add(end)
    signal.addEventListener("abort", end)
    void line?.ended.then(end)
  })
}
