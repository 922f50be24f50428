/** Keys that sign only by a clock that is right enough: what they sign says when, for as long as it is kept. */
import type { KeyStore, PersonKeys } from "../ports/keys.ts"
import type { ClockWatch } from "./clock-watch.ts"

export const datedKeys = (keys: KeyStore, watch: Pick<ClockWatch, "hold">): KeyStore => ({
  decryptionKeys: () => keys.decryptionKeys(),
  chain: (key) => keys.chain(key),
  sign: async (key, bytes) => {
    watch.hold()
    return keys.sign(key, bytes)
  },
  agree: (key, peerSpki) => keys.agree(key, peerSpki),
  decryptOaep: (key, ciphertext) => keys.decryptOaep(key, ciphertext),
})

/** No PIN is tried meanwhile. */
export const datedPersonKeys = (keys: PersonKeys, watch: Pick<ClockWatch, "hold">): PersonKeys => ({
  chain: (personId) => keys.chain(personId),
  needs: (personId) => keys.needs(personId),
  sign: async (personId, pin, bytes, manifest) => {
    watch.hold()
    return keys.sign(personId, pin, bytes, manifest)
  },
})
