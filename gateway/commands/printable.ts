/** Names and texts of others on a terminal of ours: none of their characters may move its cursor. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, "?")

/** Of several lines, which stay lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n")
