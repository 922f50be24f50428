/** What Node has by itself and the shared standards use: imported before any of them. */
import { Buffer as Octets } from "buffer/"

/** As Node's: any octets may be compared, not only those of its own class. */
Octets.prototype.equals = function equals(other: Uint8Array): boolean {
  return Octets.compare(this, other) === 0
}
Object.assign(globalThis, { Buffer: Octets })
