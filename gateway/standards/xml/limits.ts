/**
 * How large a message of one kind may be. The limits of a kind follow from the promised size of its largest
 * legal message, so that no partner is refused for a legal one; structure limits are the same for all.
 */
export interface XmlLimits {
  /** UTF-16 code units parsed as XML; text streamed out of a `stream` element does not count. */
  readonly maxLength: number
  readonly maxElements: number
  readonly maxDepth: number
  readonly maxAttributes: number
  readonly maxNameLength: number
  /** UTF-16 code units of one text run or attribute value. */
  readonly maxTextLength: number
}

const MiB = 1024 * 1024

/** Small messages: responses, audit messages, CDA, signatures. Depth: namespace look-up in saxes is quadratic in it. */
export const XML_LIMITS: XmlLimits = {
  maxLength: 8 * MiB,
  maxElements: 200_000,
  maxDepth: 64,
  maxAttributes: 128,
  maxNameLength: 512,
  maxTextLength: MiB,
}

/** CDA with an inline PDF or picture, signature documents with inline time stamps and revocation lists. */
export const XML_LIMITS_INLINE: XmlLimits = {
  ...XML_LIMITS,
  maxLength: 96 * MiB,
  maxTextLength: 64 * MiB,
}
