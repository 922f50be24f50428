/**
 * Memory given back at once. What passes through a gateway are buffers outside V8's heap that die young; left to the
 * collector, their weight brings on full collections that cost more than hashing what was in them (docs/bench.md).
 */

/**
 * Frees the memory of a buffer that nobody will look at again: its length is 0 afterwards. Memory it shares with
 * others (a view of a larger buffer, Node's pool) is left to the collector. Twice does no harm.
 *
 * Only for who owns the buffer, and never while a write of it is under way: the system would read freed memory.
 */
export function letGo({ buffer, byteLength }: Uint8Array): void {
  if (byteLength > 0 && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
