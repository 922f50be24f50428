/** What the demonstration prints: one line a step with its time, and a bar that moves in place on a terminal. */
export interface Timeline {
  /** A step was reached. */
  step(text: string): void
  /** `share` 0..1; the same label is drawn over. */
  bar(label: string, share: number): void
  note(text: string): void
}

const BAR_WIDTH = 32

export function timeline(out: NodeJS.WriteStream, startedAt: number): Timeline {
  let barShown = false
  const endBar = (): void => {
    if (barShown) out.write("\n")
    barShown = false
  }
  const seconds = (): string => `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`
  return {
    step: (text) => {
      endBar()
      out.write(`${seconds()}  ✓ ${text}\n`)
    },
    bar: (label, share) => {
      if (!out.isTTY) return
      const full = Math.round(Math.min(1, share) * BAR_WIDTH)
      out.write(
        `\r${seconds()}    ${label} ${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${Math.round(share * 100)} % `,
      )
      barShown = true
    },
    note: (text) => {
      endBar()
      out.write(`${" ".repeat(10)}  ${text}\n`)
    },
  }
}
