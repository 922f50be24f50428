/** Names and texts of others on a terminal of ours: none of their characters may move its cursor. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, "?")
