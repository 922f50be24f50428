/**
 * A study from one house to another over a line of a known rate: our hand-over from its release to the signed receipt, and
 * beside it storescu straight to an Orthanc over the same line. What both cost at both ends.
 *
 * Runs in a process and networks of its own (`transport-inside.ts`).
 */
import type { Asked } from "./asked.ts"
import { figure, NOTHING_PROMISED, type Figure, type Promised } from "./figure.ts"
import { inFolder } from "./folder.ts"
import { CT, frameBytes } from "./images.ts"
import { figuresFromInside } from "./inside.ts"
import { assertRoom } from "./room.ts"

/** A study of so many images of 512 KiB, and the lines it passes, in Mbit/s; null: as fast as the machine is. */
export interface TransportSet {
  readonly instances: number
  readonly lines: readonly (number | null)[]
}

/** What the process inside is told. */
export interface TransportErrand {
  readonly rounds: number
  readonly sets: readonly TransportSet[]
  readonly folder: string
}

/** What one end has used. */
export interface End {
  readonly cpuMs: number
  readonly peakRssMiB: number
}

/** One way of one study. */
export interface Passage {
  /** Of pixels. */
  readonly bytes: number
  readonly wallMs: number
  readonly sender: End
  readonly receiver: End
}

export function transport(asked: Asked): Promise<Figure[]> {
  return inFolder(asked.parent, async (folder) => {
    const { rounds } = asked
    const sets = transportSets(asked.instances, asked.largeInstances)
    await assertRoom(asked.parent, "transport", roomBytes(sets, rounds))
    return figuresFromInside("transport-inside.ts", { rounds, sets, folder } satisfies TransportErrand, asked)
  })
}

/**
 * @param instances of the usual study
 * @param largeInstances of the large one; 0: a short run, without it and without the line on which a turn takes minutes.
 * The large one passes only lines that carry it in minutes: an hour of a turn would say the same.
 */
export function transportSets(instances: number, largeInstances: number): readonly TransportSet[] {
  if (largeInstances === 0) return [{ instances, lines: [null, 100, 50] }]
  return [
    { instances, lines: [null, 100, 50, 10] },
    { instances: largeInstances, lines: [null, 100] },
  ]
}

/** Edge, center and Orthanc. */
const KEEPERS = 3

/** The files themselves, and what is kept of every round over one line. */
function roomBytes(sets: readonly TransportSet[], rounds: number): number {
  return Math.max(...sets.map(({ instances }) => setBytes(instances) * (1 + KEEPERS * rounds)))
}

const setBytes = (instances: number): number => instances * frameBytes(CT)

/** What the octets alone take at the line's rate, in milliseconds: no protocol is as fast, TCP/IP over Ethernet takes 1.05 of it. */
export const rawLineMs = (bytes: number, mbitPerSecond: number): number =>
  (bytes * 8) / (mbitPerSecond * 1000)

const MEMORY_PROMISED: Promised = { floor: 350, aim: null, bound: "at most" }
/** In rounds and tables. */
export const PEER = "storescu → orthanc"

/** @param ours and the peer's, round by round, over a line of so many Mbit/s */
export function transportFigures(
  mbitPerSecond: number | null,
  ours: readonly Passage[],
  peers: readonly Passage[],
): Figure[] {
  const bytes = ours[0]?.bytes ?? 0
  const over = `${Math.round(bytes / 1e6)}MB/${mbitPerSecond === null ? "unshaped" : `${mbitPerSecond}Mbit`}`
  const compared = (
    name: string,
    unit: string,
    of: (passage: Passage) => number,
    promised = NOTHING_PROMISED,
  ) => {
    const what = { figure: `transport-${name}/${over}`, unit, peerName: PEER }
    return { ...figure(what, ours.map(of), peers.map(of)), ...promised }
  }
  const time: Figure =
    mbitPerSecond === null
      ? compared("time", "s", ({ wallMs }) => wallMs / 1000)
      : compared("time", "× raw line time", ({ wallMs }) => wallMs / rawLineMs(bytes, mbitPerSecond))
  return [
    time,
    ...(["sender", "receiver"] as const).flatMap((end) => [
      compared(`cpu-${end}`, "ms CPU per 100 MB", (passage) => passage[end].cpuMs / (passage.bytes / 100e6)),
      {
        ...compared(`rss-${end}`, "MiB peak RSS", (passage) => passage[end].peakRssMiB, MEMORY_PROMISED),
        judged: "ours" as const,
      },
    ]),
  ]
}
