/**
 * Certificates whose end somebody has to be told of: our own, and those of partners, as the agreements name them and as
 * they were last shown on the road.
 */
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import type { RevokedOf } from "../actors/secure-node/revoked.ts"
import { pinOf } from "../actors/secure-node/pins.ts"
import type { Config } from "../config/schema.ts"
import type { KeyStore } from "../journey/ports/keys.ts"
import type { Certificate } from "../standards/hpki/certificate.ts"
import { sha256Hex } from "../standards/sha256.ts"

export interface DatedCertificate {
  /** Of ours as in the configuration: `seal`, `object`, `tls`, `dicom`, `cards`; of a partner `object`, `tls` or `seal`. */
  readonly use: string
  /** null = ours. */
  readonly partner: { readonly id: string; readonly name: string } | null
  readonly notAfter: Date
}

const USES = ["seal", "object", "tls"] as const
type Watched = Pick<Config, "agreements"> & { readonly desk?: Pick<Config["desk"], "cards"> } & Partial<
    Pick<Config & { role: "edge" }, "dicom">
  >

export class CertificateWatch {
  readonly #config: Watched
  readonly #keys: Pick<KeyStore, "chain">
  /** By agreement and digest: while a partner changes its key it shows two. */
  readonly #shown = new Map<string, DatedCertificate>()
  /** As it was read last, by its path. */
  readonly #read = new Map<string, X509Certificate>()
  /** By use and pin. */
  readonly #partnerOf: ReadonlyMap<string, { readonly id: string; readonly name: string }>

  constructor(config: Watched, keys: Pick<KeyStore, "chain">) {
    this.#config = config
    this.#keys = keys
    this.#partnerOf = new Map(
      config.agreements.flatMap(({ id, partner: { name }, tlsPins, sealPins }) => [
        ...tlsPins.map((pin) => [`tls/${pin}`, { id, name }] as const),
        ...sealPins.map((pin) => [`seal/${pin}`, { id, name }] as const),
      ]),
    )
  }

  /** All that are looked after now; those of files are read anew, for they may have been renewed on the disk. */
  all(): readonly DatedCertificate[] {
    return [...this.#own(), ...this.#named(), ...this.#newestShown()]
  }

  /** Notes whose certificates come by on the road. */
  noting(revoked: RevokedOf): RevokedOf {
    return (chain) => {
      const why = revoked(chain)
      const [leaf] = chain
      if (why === null && leaf !== undefined) this.#note(leaf)
      return why
    }
  }

  /** Notes by whose certificates what came in is sealed: chains of verified signatures, leaf first. */
  sealedBy(chains: readonly (readonly Pick<Certificate, "encoded" | "spki" | "notAfter">[])[]): void {
    for (const [leaf] of chains)
      if (leaf !== undefined) this.#shows("seal", sha256Hex(leaf.spki), leaf.encoded, leaf.notAfter)
  }

  #note(leaf: Uint8Array): void {
    const certificate = new X509Certificate(leaf)
    this.#shows("tls", pinOf(certificate), leaf, certificate.validToDate)
  }

  #shows(use: "tls" | "seal", pin: string, leaf: Uint8Array, notAfter: Date): void {
    const partner = this.#partnerOf.get(`${use}/${pin}`)
    if (partner === undefined) return
    const key = `${use}/${partner.id}/${sha256Hex(leaf)}`
    this.#shown.delete(key)
    this.#shown.set(key, { use, partner, notAfter })
    if (this.#shown.size > MAX_SHOWN) this.#shown.delete(this.#shown.keys().next().value ?? "")
  }

  /** Of each partner what it showed last, of each use. */
  #newestShown(): DatedCertificate[] {
    const newest = new Map(
      [...this.#shown.values()].map((each) => [`${each.use}/${each.partner?.id ?? ""}`, each]),
    )
    return [...newest.values()]
  }

  #own(): DatedCertificate[] {
    const dicom = this.#config.dicom?.tls?.chain
    const cards = this.#config.desk?.cards?.chain
    return [
      ...USES.flatMap((use) =>
        this.#keys
          .chain(use)
          .slice(0, 1)
          .map((leaf) => ours(use, new X509Certificate(leaf))),
      ),
      ...(dicom === undefined ? [] : [ours("dicom", this.#file(dicom))]),
      ...(cards === undefined ? [] : [ours("cards", this.#file(cards))]),
    ]
  }

  #named(): DatedCertificate[] {
    return this.#config.agreements.flatMap(({ id, partner: { name }, objectCertificate }) =>
      objectCertificate === undefined
        ? []
        : [
            {
              use: "object",
              partner: { id, name },
              notAfter: this.#file(objectCertificate).validToDate,
            },
          ],
    )
  }

  /** A file that is just being replaced tells nothing new: the one before is in use until it can be read again. */
  #file(path: string): X509Certificate {
    try {
      const certificate = new X509Certificate(readFileSync(path))
      this.#read.set(path, certificate)
      return certificate
    } catch (error) {
      const before = this.#read.get(path)
      if (before === undefined) throw error
      return before
    }
  }
}

/** Certificates are as many as partners, and a few more while keys are changed. */
const MAX_SHOWN = 1_000

const ours = (use: string, { validToDate }: X509Certificate): DatedCertificate => ({
  use,
  partner: null,
  notAfter: validToDate,
})
