/** A STOW-RS origin server as a client calls it. */
export interface StoreTarget {
  readonly host: string
  readonly port: number
  /** Up to and without `/studies`. */
  readonly servicePath: string
  readonly token: string
  /** The server's own certificate chain, PEM: what it must show. null = in the clear, on loopback. */
  readonly chainPem: string | null
}
