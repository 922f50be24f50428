/** How long a strength may be used (CRYPTREC LS-0003-2022 §2; SP 800-57 part 1 table 4 has the same years). */

/** Strength → the last year in which something new may be protected with it. What is older may be read for longer. */
const LAST_YEARS = [
  { belowBits: 112, lastYear: 0 },
  { belowBits: 128, lastYear: 2030 },
  { belowBits: 192, lastYear: 2050 },
] as const

/** null = no end is set; 0 = over already. */
export const lastYearOf = (strengthBits: number): number | null =>
  LAST_YEARS.find(({ belowBits }) => strengthBits < belowBits)?.lastYear ?? null
