/** What became of a medium, for the person who has it in hand: made folder by folder, so that none has to be kept. */
import { printable } from "../printable.ts"

export interface Told {
  readonly report: string
  /** Everything on the medium is as it should be, and here. */
  readonly isWhole: boolean
}

/** One submission set. */
export interface SubsetTold {
  readonly name: string
  /** Documents of it; 0 when its metadata could not be read. */
  readonly documents: number
  /** [] = it is right. */
  readonly faults: readonly string[]
  /** What is to be known beside: warnings. */
  readonly remarks: readonly string[]
}

/** Of all faults together, however many a medium makes up. */
const MAX_DETAILS = 5_000
const MAX_DETAIL_LENGTH = 2_000

export class MediumReport {
  readonly #right: string
  readonly #wrong: string
  readonly #lines: string[] = []
  #subsets = 0
  #failed = 0
  #details = 0

  /** @param right how a submission set is called that is right, and `wrong` one that is not */
  constructor(right: string, wrong: string) {
    this.#right = right
    this.#wrong = wrong
  }

  add({ name, documents, faults, remarks }: SubsetTold): void {
    const isWrong = faults.length > 0
    this.#subsets += 1
    if (isWrong) this.#failed += 1
    this.#lines.push(
      printable(`${name}  ${isWrong ? this.#wrong : `${this.#right}, ${documents} documents`}`),
    )
    const details = [...faults, ...remarks]
    const shown = details.slice(0, Math.max(0, MAX_DETAILS - this.#details))
    this.#details += details.length
    for (const each of shown) this.#lines.push(`  ${printable(ownCopy(each))}`)
  }

  told(): Told {
    const unsaid = this.#details - MAX_DETAILS
    const more = unsaid > 0 ? [`${unsaid} more faults are not listed`] : []
    const sum = `${this.#subsets - this.#failed} of ${this.#subsets} ${this.#right}`
    return { report: `${[...this.#lines, ...more, sum].join("\n")}\n`, isWhole: this.#failed === 0 }
  }
}

/** A part of a string keeps the whole in memory, and the whole may be the metadata of a medium. */
const ownCopy = (text: string): string => Buffer.from(text.slice(0, MAX_DETAIL_LENGTH)).toString()
