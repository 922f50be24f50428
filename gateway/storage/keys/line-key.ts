/**
 * A key that is shown on a line (TLS): node:tls wants it as PEM. It is read from its files again when they have changed;
 * connections that are open go on with what they were opened with.
 */
import { fileStamp } from "./file-stamp.ts"
import { certificateChain, privateKey, readKeyFile } from "./pem-files.ts"

interface Pair {
  readonly keyPem: string
  readonly chainPem: string
}

export class LineKey {
  readonly #files: readonly [key: string, chain: string]
  readonly #takers = new Set<() => void>()
  #stamp: string
  #pair: Pair

  private constructor(files: readonly [key: string, chain: string], stamp: string, pair: Pair) {
    this.#files = files
    this.#stamp = stamp
    this.#pair = pair
  }

  /** Throws ERR_KEY_MISSING, ERR_KEY_MISMATCH; ERR_KEY_PASSPHRASE for a key that is not in clear. */
  static async open(keyFile: string, chainFile: string): Promise<LineKey> {
    const files = [keyFile, chainFile] as const
    const stamp = fileStamp(files)
    return new LineKey(files, stamp, await readPair(files))
  }

  /** What is shown from now on; ask at each connection. */
  get now(): Pair {
    return this.#pair
  }

  /** Listeners are told to take it up; those who connect ask. */
  onRenewed(take: () => void): void {
    this.#takers.add(take)
  }

  /** True when other files were taken up. What was held stays when it throws: told once, until they change again. */
  async renew(): Promise<boolean> {
    const stamp = fileStamp(this.#files)
    if (stamp === this.#stamp) return false
    this.#stamp = stamp
    this.#pair = await readPair(this.#files)
    for (const take of this.#takers) take()
    return true
  }
}

/** Both fit each other, or neither counts. */
async function readPair([keyFile, chainFile]: readonly [string, string]): Promise<Pair> {
  const [keyPem, chainPem] = [await readKeyFile(keyFile), await readKeyFile(chainFile)]
  certificateChain(chainPem, privateKey(keyPem, null, keyFile), chainFile)
  return { keyPem, chainPem }
}

/** Keys of lines by their files, each read once for all who show it. */
export class LineKeys {
  readonly #held = new Map<string, LineKey>()

  /** Throws what `LineKey.open` throws. */
  async of({ key, chain }: { readonly key: string; readonly chain: string }): Promise<LineKey> {
    const name = JSON.stringify([key, chain])
    const held = this.#held.get(name) ?? (await LineKey.open(key, chain))
    // Another may have opened it meanwhile: one alone is looked after.
    const first = this.#held.get(name) ?? held
    this.#held.set(name, first)
    return first
  }

  /**
   * Every key is looked at, whatever is wrong with another.
   *
   * @throws KeyError of the first that could not be taken up
   */
  async renew(): Promise<boolean> {
    const looked = await Promise.allSettled([...this.#held.values()].map((each) => each.renew()))
    const failed = looked.find((each) => each.status === "rejected")
    if (failed !== undefined) throw failed.reason
    return looked.some((each) => each.status === "fulfilled" && each.value)
  }
}
