/**
 * Of what kind a value is, for a complaint that must not repeat it: whoever made the value sees what went wrong,
 * and whoever reads the log learns nothing of a patient.
 */

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^$/, "empty"],
  [/^\s|\s$/, "a value with blanks at its ends"],
  [/^urn:uuid:/i, "a UUID URN"],
  [/^urn:oid:/i, "an OID URN"],
  [/^\d{8,14}\.\d+([+-]\d{4})?$/, "a time with a fraction"],
  [/^\d{8,14}(Z|[+-]\d{2}:?\d{2})$/, "a time with a zone"],
  [/^\d{4}-\d{2}-\d{2}([T ][\d:.]+)?(Z|[+-]\d{2}:?\d{2})?$/, "a time with separators"],
  [/^[0-9a-f]{64}$/i, "64 hex digits, as of SHA-256"],
  [/^[A-Za-z0-9+/]{20,}={1,2}$/, "base64"],
  [/^\d+(\.\d+)+$/, "numbers with dots"],
  [/^[a-z]+\/[^;]+;/i, "a media type with parameters"],
]

/** e.g. `a time with a zone`, `8 digits`, `3 components by ^`, `text of 12 characters`. */
export function valueKind(value: string): string {
  const found = KINDS.find(([pattern]) => pattern.test(value))
  if (found !== undefined) return found[1]
  if (/^\d+$/.test(value)) return `${value.length} digits`
  const components = value.split("^").length
  return components > 1 ? `${components} components by ^` : `text of ${value.length} characters`
}
