/** One key with its certificates, wherever its private half lies. */
export interface HeldKey {
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[]
  /** SHA-256 and the key's own algorithm; ECDSA as r‖s. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
  /** Raw ECDH secret with a peer's SubjectPublicKeyInfo. Throws ERR_KEY_UNFIT. */
  agree(peerSpki: Uint8Array): Promise<Uint8Array>
  /** RSAES-OAEP SHA-256. Throws ERR_KEY_UNFIT. */
  decryptOaep(ciphertext: Uint8Array): Promise<Uint8Array>
}
