/** XML as text: the few lines that write it, and the few that change it without touching a signed octet. */

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
  "\n": "&#xA;",
  "\t": "&#x9;",
}

export const escape = (text: string): string =>
  text.replace(/[&<>"\r\n\t]/g, (character) => ESCAPES[character] ?? "")

/** One element; attributes with `undefined` are left out. `content` is markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  ...content: readonly string[]
): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escape(value)}"`],
  )
  return `<${name}${written.join("")}>${content.join("")}</${name}>`
}

export const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64")
