/**
 * Rounds: everybody in turn, several times, in alternating order.
 *
 * The machine is never quiet and never the same for long. Who is compared runs close together, once in each round;
 * the order turns round by round, so that nobody always runs on a disk and caches another has warmed or filled.
 */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return (low + high) / 2
}

export interface Runner<Name extends string, Result> {
  readonly name: Name
  run(round: number): Promise<Result>
}

/** Results of each runner, round by round. */
export async function alternate<Name extends string, Result>(
  runners: readonly Runner<Name, Result>[],
  rounds: number,
): Promise<ReadonlyMap<Name, readonly Result[]>> {
  const results = new Map(runners.map(({ name }): [Name, Result[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const runner of round % 2 === 0 ? runners : [...runners].reverse())
      results.get(runner.name)?.push(await runner.run(round))
  }
  return results
}
