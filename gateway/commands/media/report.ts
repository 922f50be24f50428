/** What became of a medium, for the person who has it in hand. */
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

export function mediumReport(right: string, wrong: string, subsets: readonly SubsetTold[]): Told {
  const failed = subsets.filter(({ faults }) => faults.length > 0)
  const lines = subsets.flatMap(({ name, documents, faults, remarks }) => [
    `${name}  ${faults.length > 0 ? wrong : `${right}, ${documents} documents`}`,
    ...[...faults, ...remarks].map((each) => `  ${each}`),
  ])
  const sum = `${subsets.length - failed.length} of ${subsets.length} ${right}`
  return { report: `${[...lines, sum].map(printable).join("\n")}\n`, isWhole: failed.length === 0 }
}
