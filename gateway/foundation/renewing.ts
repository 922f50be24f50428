/** New keys and certificates are taken up where they lie, as soon as they fit each other; nothing needs a restart. */
import { errorFields, type Log } from "../log.ts"
import type { OpenKeyStore } from "../storage/keys/key-store.ts"

const RENEW_LOOK_MS = 60_000

/** Looks every minute; what does not fit is told and looked at again. Returns how to stop. */
export function keepRenewing(
  held: Readonly<Record<string, Pick<OpenKeyStore, "renew">>>,
  log: Log,
): () => void {
  const look = async (which: string, keys: Pick<OpenKeyStore, "renew">): Promise<void> => {
    try {
      if (await keys.renew()) log("info", "keys-renewed", { which })
    } catch (error) {
      log("error", "keys-not-renewed", { which, ...errorFields(error) })
    }
  }
  const lookAtAll = (): void => {
    for (const [which, keys] of Object.entries(held)) void look(which, keys)
  }
  const timer = setInterval(lookAtAll, RENEW_LOOK_MS)
  return () => clearInterval(timer)
}
