/**
 * The key that speaks for this device where the gateway registers devices: made here by WebCrypto, not extractable, kept by the
 * browser in IndexedDB. It outlives logout and opens nothing alone: a passkey or a card comes with it.
 */
import type { DeviceHere, DeviceKey, DeviceProof, DevicePurpose } from "../gateway/journey/views/device.ts"
import { deviceWords } from "../gateway/journey/views/device.ts"
import { ApiError, type Api } from "./api.ts"

const DATABASE = "dokuei-device"
const STORE = "device"
const OWN = "own"
/** A key that is being registered. */
const COMING = "coming"
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" }
/** This browser keeps nothing. */
const NO_STORE = "DEVICE_STORE"
const SIGNING = { name: "ECDSA", hash: "SHA-256" }

export interface OwnDevice extends DeviceHere {
  /** Signs; cannot be exported. */
  readonly key: CryptoKey
}

/** null = this browser was never registered, its storage was cleared, or it has none to ask. */
export async function ownDevice(): Promise<OwnDevice | null> {
  try {
    const kept = await inStore(
      "readonly",
      (store): IDBRequest<OwnDevice | undefined> => store.get(OWN) as IDBRequest<OwnDevice | undefined>,
    )
    return kept ?? null
  } catch (error) {
    // Where a device is needed the gateway says so; where none is, nobody is kept out by a store that does not work.
    if (error instanceof ApiError && error.code === NO_STORE) return null
    throw error
  }
}

/**
 * That this device is here, for one question of the gateway.
 *
 * @returns undefined where it is not registered: then nothing is said of it
 */
export async function deviceProof(
  purpose: DevicePurpose,
  challenge: string,
): Promise<DeviceProof | undefined> {
  const device = await ownDevice()
  return device === null ? undefined : signed(device.key, purpose, challenge, device.id)
}

/** Makes a key, shows it to the gateway with the code, and keeps it in the place of any before. Throws ApiError. */
export async function registerDevice(api: Api, code: string): Promise<DeviceHere> {
  const { id, label, challenge } = await api.deviceOffer(code)
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"])
  const coming: OwnDevice = { id, label, qualifiedUntil: null, key: pair.privateKey }
  // Before the code is used: a browser that keeps nothing is found out while another can still be registered by it.
  await inStore("readwrite", (store) => store.put(coming, COMING))
  const { signature } = await signed(pair.privateKey, "register", challenge, id)
  const here = await api.registerDevice({ code, challenge, key: await publicKey(pair), signature })
  await inStore("readwrite", (store) => {
    store.delete(COMING)
    return store.put({ ...coming, ...here }, OWN)
  })
  // Asked for, not relied on: browsers clear what is not used for long.
  await navigator.storage.persist().catch(() => false)
  return here
}

async function publicKey(pair: CryptoKeyPair): Promise<DeviceKey> {
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey)
  return { kty: "EC", crv: "P-256", x, y }
}

async function signed(
  key: CryptoKey,
  purpose: DevicePurpose,
  challenge: string,
  id: string,
): Promise<DeviceProof> {
  const words = deviceWords(purpose, location.origin, challenge, id)
  return { id, signature: base64url(new Uint8Array(await crypto.subtle.sign(SIGNING, key, words))) }
}

/** One act in one transaction; resolves when it is kept. Throws ApiError `DEVICE_STORE`. */
async function inStore<Value>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<Value>,
): Promise<Value> {
  try {
    const database = await opened()
    try {
      const transaction = database.transaction(STORE, mode)
      const asked = act(transaction.objectStore(STORE))
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(faultOf(transaction.error))
      })
      return asked.result
    } finally {
      database.close()
    }
  } catch (cause) {
    throw new ApiError(0, NO_STORE, "this browser keeps no key", null, cause)
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1)
    asked.onupgradeneeded = () => void asked.result.createObjectStore(STORE)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(faultOf(asked.error))
    asked.onblocked = () => reject(new Error("another page holds the store"))
  })
}

const faultOf = (error: DOMException | null): Error => error ?? new Error("the store gave no reason")

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")
