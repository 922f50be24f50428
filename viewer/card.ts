/** Login by a card: the way to the door for cards and back, in the same tab. Only the page that began it can end it. */

const KEPT = "card-verifier"
const VERIFIER_BYTES = 32

/** Leaves this page for the door; the browser asks for the card there. @param door origin of the door for cards */
export async function goToCardDoor(door: string): Promise<void> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(VERIFIER_BYTES)))
  sessionStorage.setItem(KEPT, verifier)
  const ask = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))
  location.assign(`${door}/?ask=${base64url(new Uint8Array(ask))}`)
}

/** What this tab kept when it left, for one use; "" when it has not begun anything. */
export function takeVerifier(): string {
  const kept = sessionStorage.getItem(KEPT) ?? ""
  sessionStorage.removeItem(KEPT)
  return kept
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "")
