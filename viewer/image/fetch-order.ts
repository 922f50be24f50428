/** What to load next of a series, most urgent first (viewer: nothing waits for a slice nobody looks at). */
export interface Wanted {
  /** 0-based place in the stack. */
  readonly index: number
  readonly quality: "preview" | "full"
}

const NEIGHBOURS = 2
const AHEAD = 12
const BEHIND = 4

/** Every index once: the ends, the middle, the quarters … so that free scrolling soon finds something everywhere. */
export function bisectingOrder(count: number): readonly number[] {
  const seen = new Set<number>()
  const add = (index: number): unknown => index >= 0 && index < count && seen.add(index)
  add(0)
  add(count - 1)
  for (let step = count; step >= 1; step = Math.floor(step / 2))
    for (let index = Math.floor(step / 2); index < count; index += step) add(index)
  for (let index = 0; index < count; index++) add(index)
  return [...seen]
}

const unique = (wanted: readonly Wanted[], count: number): readonly Wanted[] => {
  const first = new Map<string, Wanted>()
  for (const one of wanted) {
    const key = `${one.quality}${one.index}`
    if (one.index >= 0 && one.index < count && !first.has(key)) first.set(key, one)
  }
  return [...first.values()]
}

const run = (from: number, step: 1 | -1, length: number): Wanted[] =>
  Array.from({ length }, (_, at) => ({ index: from + step * (at + 1), quality: "full" }))

/**
 * Order for the series on screen: this slice and its neighbours in full, then every slice as a preview in bisecting
 * order, then in full the way the reader scrolls (`direction` 1 or -1), then the rest outwards from here.
 */
export function fetchOrder(count: number, current: number, direction: 1 | -1): readonly Wanted[] {
  const back = direction === 1 ? -1 : 1
  return unique(
    [
      { index: current, quality: "full" },
      ...run(current, 1, NEIGHBOURS),
      ...run(current, -1, NEIGHBOURS),
      ...bisectingOrder(count).map((index): Wanted => ({ index, quality: "preview" })),
      ...run(current, direction, AHEAD),
      ...run(current, back, BEHIND),
      ...run(current, direction, count),
      ...run(current, back, count),
    ],
    count,
  )
}
