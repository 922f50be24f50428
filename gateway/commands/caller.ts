import { userInfo } from "node:os"

/** Who asked, also behind sudo. */
export function caller(): string {
  const { SUDO_USER = "" } = process.env
  return SUDO_USER === "" ? userInfo().username : `${SUDO_USER} as ${userInfo().username}`
}
