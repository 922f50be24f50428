/** One session with one token, in one process of its module: found by label, its keys by label or CKA_ID. */
import { KeyError } from "../../../journey/errors.ts"
import { CALL, CKA, CKD, CKF, CKG, CKK, CKM, CKO, CKU, CKZ, CryptokiError } from "./cryptoki.ts"
import { ModuleProcess } from "./module-process.ts"
import { counted, mechanism, nothing, octetsOf, template, u32, ulong, type OctetReader } from "./octets.ts"

/** What p11-kit wants to hear first (its RPC's own word for itself). */
const HANDSHAKE = Buffer.from("PRIVATE-GNOME-KEYRING-PKCS11-PROTOCOL-V-1", "latin1")
const MAX_SLOTS = 64
/** Two would be one too many. */
const LOOKED_FOR = 2
/** Of a signature, a wrapped key or an attribute. */
const MAX_RESULT_BYTES = 4_096
const SECRET_BYTES = 32

/** Handles live as long as the session. */
export type Handle = bigint

export class TokenSession {
  readonly #process: ModuleProcess
  readonly #session: Uint8Array

  private constructor(process: ModuleProcess, session: bigint) {
    this.#process = process
    this.#session = ulong(session)
  }

  /**
   * Logged in to nobody yet: what anyone may see.
   *
   * @throws KeyError ERR_KEY_TOKEN no such token, no answer · ERR_KEY_PIN it counts its last try, or is locked · CryptokiError
   */
  static async open(
    { module, token }: { readonly module: string; readonly token: string },
    limitMs: number,
  ): Promise<TokenSession> {
    const process = new ModuleProcess(module, limitMs)
    try {
      await process.greet()
      await process.call(CALL.initialize, octetsOf(HANDSHAKE), Buffer.of(0), octetsOf(Buffer.of(0)))
      const slot = await slotOf(process, token)
      const opened = await process.call(CALL.openSession, ulong(slot), ulong(CKF.serialSession))
      return new TokenSession(process, opened.ulong())
    } catch (error) {
      process.kill()
      throw error
    }
  }

  get isOver(): boolean {
    return this.#process.isOver
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Nothing of the session is needed any more; the token closes it with its process. */
  end(): void {
    this.#process.kill()
  }

  /** One try. Throws CryptokiError, one of PIN_REFUSED when the token has counted a wrong PIN. */
  async login(pin: Uint8Array): Promise<void> {
    try {
      await this.#process.call(CALL.login, this.#session, ulong(CKU.user), octetsOf(pin))
    } catch (error) {
      if (!(error instanceof CryptokiError) || error.ckr !== "CKR_USER_ALREADY_LOGGED_IN") throw error
    }
  }

  /** @param name label, or `id:` and the CKA_ID in hex. Throws KeyError ERR_KEY_MISSING for none, or more than one. */
  privateKey(name: string): Promise<Handle> {
    return this.#only("privateKey", "private key", name)
  }

  /** DER. Named as the key beside it. Throws KeyError ERR_KEY_MISSING for none, or more than one. */
  async certificate(name: string): Promise<Uint8Array> {
    const der = await this.#attribute(await this.#only("certificate", "certificate", name), CKA.value)
    if (der === null) throw new KeyError("ERR_KEY_MISSING", `the token shows nothing of certificate ${name}`)
    return der
  }

  async #only(kind: "privateKey" | "certificate", what: string, name: string): Promise<Handle> {
    const byId = /^id:([0-9a-f]+)$/i.exec(name)?.[1]
    const wanted = byId === undefined ? Buffer.from(name, "utf8") : Buffer.from(byId, "hex")
    const sought = template([
      [CKA.class, CKO[kind]],
      [byId === undefined ? CKA.label : CKA.id, wanted],
    ])
    await this.#process.call(CALL.findObjectsInit, this.#session, sought)
    const found = (await this.#process.call(CALL.findObjects, this.#session, u32(LOOKED_FOR))).ulongs()
    await this.#process.call(CALL.findObjectsFinal, this.#session)
    const [handle] = found
    if (handle === undefined) throw new KeyError("ERR_KEY_MISSING", `the token holds no ${what} ${name}`)
    if (found.length > 1)
      throw new KeyError(
        "ERR_KEY_MISSING",
        `the token holds more than one ${what} ${name}: name it by its id:`,
      )
    return handle
  }

  /** CKA_ID in hex, "" when it has none. */
  async idOf(key: Handle): Promise<string> {
    return Buffer.from((await this.#attribute(key, CKA.id)) ?? []).toString("hex")
  }

  /** ECDSA over a digest: r‖s. */
  signEcdsa(key: Handle, digest: Uint8Array): Promise<Uint8Array> {
    return this.#sign(key, mechanism(CKM.ecdsa, null), digest)
  }

  /** RSASSA-PKCS1-v1_5 over a DigestInfo: the one mechanism that every card's middleware has. */
  signRsa(key: Handle, digestInfo: Uint8Array): Promise<Uint8Array> {
    return this.#sign(key, mechanism(CKM.rsaPkcs, null), digestInfo)
  }

  async #sign(key: Handle, by: Uint8Array, octets: Uint8Array): Promise<Uint8Array> {
    await this.#process.call(CALL.signInit, this.#session, by, ulong(key))
    return (
      await this.#process.call(CALL.sign, this.#session, octetsOf(octets), u32(MAX_RESULT_BYTES))
    ).octets()
  }

  /** RSAES-OAEP with SHA-256, empty label. */
  async decryptOaep(key: Handle, ciphertext: Uint8Array): Promise<Uint8Array> {
    const how = Buffer.concat([ulong(CKM.sha256), ulong(CKG.mgf1Sha256), ulong(CKZ.dataSpecified), nothing()])
    await this.#process.call(CALL.decryptInit, this.#session, mechanism(CKM.rsaPkcsOaep, how), ulong(key))
    return (
      await this.#process.call(CALL.decrypt, this.#session, octetsOf(ciphertext), u32(MAX_RESULT_BYTES))
    ).octets()
  }

  /** The x coordinate with an uncompressed point. A p11-kit before 0.25 ends at this call. */
  async derive(key: Handle, point: Uint8Array): Promise<Uint8Array> {
    const by = mechanism(CKM.ecdh1Derive, Buffer.concat([ulong(CKD.none), nothing(), counted(point)]))
    const secretKey = template([
      [CKA.class, CKO.secretKey],
      [CKA.keyType, CKK.genericSecret],
      [CKA.valueLength, SECRET_BYTES],
      [CKA.token, false],
      [CKA.sensitive, false],
      [CKA.extractable, true],
    ])
    const derived = await this.#process.call(CALL.deriveKey, this.#session, by, ulong(key), secretKey)
    const handle = derived.ulong()
    const secret = await this.#attribute(handle, CKA.value)
    await this.#process.call(CALL.destroyObject, this.#session, ulong(handle))
    if (secret === null) throw new KeyError("ERR_KEY_UNFIT", "the token does not give out what was agreed on")
    return secret
  }

  async #attribute(object: Handle, type: number): Promise<Uint8Array | null> {
    const wanted = Buffer.concat([u32(1), u32(type), u32(MAX_RESULT_BYTES)])
    return (
      await this.#process.call(CALL.getAttributeValue, this.#session, ulong(object), wanted)
    ).attribute()
  }
}

async function slotOf(process: ModuleProcess, label: string): Promise<bigint> {
  const withToken = Buffer.of(1)
  const slots = (await process.call(CALL.getSlotList, withToken, u32(MAX_SLOTS))).ulongs()
  for (const slot of slots) {
    const { name, flags } = tokenOf(await process.call(CALL.getTokenInfo, ulong(slot)))
    if (name !== label) continue
    if ((flags & BigInt(CKF.userPinFinalTry | CKF.userPinLocked)) !== 0n)
      throw new KeyError(
        "ERR_KEY_PIN",
        `token ${label} is at its last try, or locked: a person must log in first`,
      )
    return slot
  }
  throw new KeyError("ERR_KEY_TOKEN", `no token is labelled ${label}`)
}

/** CK_TOKEN_INFO: four texts filled up with blanks, then the flags. */
function tokenOf(info: OctetReader): { readonly name: string; readonly flags: bigint } {
  const [label = new Uint8Array()] = Array.from({ length: 4 }, () => info.counted())
  return { name: Buffer.from(label).toString("utf8").trimEnd(), flags: info.ulong() }
}
