/**
 * Does a caller come from one of these addresses? An IPv4 address may come as IPv6 has it (RFC 4291 2.5.5.2).
 *
 * @param addresses as in the configuration; none = from anywhere
 */
export const isAddress = (addresses: readonly string[], remoteAddress: string): boolean =>
  addresses.length === 0 || addresses.includes(remoteAddress.replace(/^::ffff:/i, ""))
