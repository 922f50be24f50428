/** Work on several things at once, results in the order of the things. */

/**
 * @param ahead how many are worked on at the same time, at least 1
 * @param drop what to do with a result nobody asks for any more
 * @throws what `source` or `work` throw, when it is that thing's turn; work under way is waited for
 */
export async function* inOrder<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  work: (thing: T) => Promise<R>,
  ahead: number,
  drop: (result: R) => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  try {
    for await (const thing of source) {
      const begun = work(thing)
      // Heard when it is its turn, and until then no unhandled one.
      begun.catch(() => undefined)
      underWay.push(begun)
      if (underWay.length < ahead) continue
      const first = underWay.shift()
      if (first !== undefined) yield await first
    }
    while (underWay.length > 0) {
      const first = underWay.shift()
      if (first !== undefined) yield await first
    }
  } finally {
    // Their failures are not told: the first one's is what the caller hears.
    for (const each of await Promise.allSettled(underWay))
      if (each.status === "fulfilled") await drop(each.value)
  }
}
