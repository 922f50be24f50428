/**
 * All octets of a stream whose length nobody vouches for. Never more than `maxBytes` and one piece are held.
 *
 * @param tooLong what is thrown when there are more
 */
export async function collected(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLong: () => Error,
): Promise<Buffer> {
  const kept: Uint8Array[] = []
  let lengthBytes = 0
  for await (const piece of pieces) {
    lengthBytes += piece.length
    if (lengthBytes > maxBytes) throw tooLong()
    kept.push(piece)
  }
  return Buffer.concat(kept)
}
