/** What is typed after `dokuei people …`: each is refused in words before anything is opened. */
import { InvalidArgumentError } from "commander"

/** A code that can be guessed at for longer is no help to anybody. */
const MAX_MINUTES = 24 * 60

/** SHA-256 of a certificate, with or without the colons openssl prints. */
export function fingerprint(text: string): string {
  const hex = text.replaceAll(":", "").toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new InvalidArgumentError("Not a SHA-256 in hex: 64 digits.")
  return hex
}

const oneLine =
  (max: number) =>
  (text: string): string => {
    const trimmed = text.trim()
    if (trimmed === "" || trimmed.length > max || /\p{Cc}/u.test(trimmed))
      throw new InvalidArgumentError(`Must have 1 to ${max} characters, on one line.`)
    return trimmed
  }

/** Of a person, a reason, the beginning of an id. */
export const name = oneLine(200)

/** Of a device: as long as the officer's page takes it. */
export const label = oneLine(64)

/** ISO 8601, one that there is. */
export function day(text: string): string {
  const time = Date.parse(`${text}T00:00:00Z`)
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    Number.isNaN(time) ||
    !new Date(time).toISOString().startsWith(text)
  )
    throw new InvalidArgumentError("Must be a day: YYYY-MM-DD.")
  return text
}

export function minutes(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > MAX_MINUTES)
    throw new InvalidArgumentError(`Must be a whole number from 1 to ${MAX_MINUTES}.`)
  return value
}

/** Shorter would fit too many by chance. */
export function deviceStart(text: string): string {
  if (!/^[0-9a-f]{4,32}$/.test(text)) throw new InvalidArgumentError("Must be 4 to 32 letters 0-9, a-f.")
  return text
}
