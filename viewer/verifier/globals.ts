/** What Node has by itself and the shared standards use: imported before any of them. */
import { Buffer as Octets } from "buffer/"

const prototype = Octets.prototype as { equals: (this: Uint8Array, other: Uint8Array) => boolean }
/** As Node's: any octets may be compared, not only those of its own class. */
prototype.equals = function equals(other) {
  return Octets.compare(this, other) === 0
}
Object.assign(globalThis, { Buffer: Octets })
