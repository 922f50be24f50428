/** How far it is: one line that is drawn over on a terminal, a line now and then anywhere else. */

export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const BAR_WIDTH = 30
const REDRAW_MS = 100
const LINE_MS = 5_000
const ERASE_LINE = "\r\u001b[K"

export class Progress {
  readonly #screen: Screen
  readonly #totalFiles: number
  readonly #totalBytes: number
  readonly #nowMs: () => number
  readonly #startedMs: number
  #files = 0
  #bytes = 0
  #shownMs: number

  constructor(screen: Screen, totalFiles: number, totalBytes: number, nowMs: () => number) {
    this.#screen = screen
    this.#totalFiles = totalFiles
    this.#totalBytes = totalBytes
    this.#nowMs = nowMs
    this.#startedMs = nowMs()
    this.#shownMs = this.#startedMs
  }

  sent(bytes: number): void {
    this.#bytes += bytes
    const interval = this.#screen.isTTY === true ? REDRAW_MS : LINE_MS
    if (this.#nowMs() - this.#shownMs >= interval) this.#show()
  }

  answered(files: number): void {
    this.#files += files
    if (this.#screen.isTTY === true) this.#show()
  }

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.#screen.isTTY === true) this.#screen.write(ERASE_LINE)
  }

  #show(): void {
    this.#shownMs = this.#nowMs()
    const line = this.#line()
    this.#screen.write(this.#screen.isTTY === true ? `${ERASE_LINE}${this.#bar()} ${line}` : `${line}\n`)
  }

  get #share(): number {
    return this.#totalBytes === 0 ? 1 : Math.min(1, this.#bytes / this.#totalBytes)
  }

  #bar(): string {
    const done = Math.round(this.#share * BAR_WIDTH)
    return `${"━".repeat(done)}${"─".repeat(BAR_WIDTH - done)}`
  }

  #line(): string {
    const left = this.#secondsLeft()
    const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
    const sizes = `${mebibytes(this.#bytes)} of ${mebibytes(this.#totalBytes)} MiB`
    return `${this.#files} of ${this.#totalFiles} files, ${sizes}${left === null ? "" : `, ${left} s left`}`
  }

  #secondsLeft(): number | null {
    const elapsedMs = this.#nowMs() - this.#startedMs
    if (this.#share === 0 || elapsedMs < 1_000) return null
    return Math.ceil((elapsedMs * (1 / this.#share - 1)) / 1_000)
  }
}
