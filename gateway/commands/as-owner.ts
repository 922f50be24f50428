/**
 * Root's commands in the service's folder: what they make is the service's own, or it could not open it, and no link that the service's
 * account has laid there leads root further than that account may go itself.
 */
import { statSync } from "node:fs"

/**
 * Runs `work` with the rights of who owns `folder`, where root runs it and somebody else owns that; else as it is. The whole process
 * has these rights meanwhile: nothing else is under way.
 *
 * @param folder where it is not there, nobody owns it
 */
export async function asOwnerOf<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const owner = statSync(folder, { throwIfNoEntry: false })
  const { geteuid, getegid, getgroups, setgroups, setegid, seteuid } = process
  if (owner === undefined || owner.uid === 0 || geteuid?.() !== 0) return work()
  if (!getegid || !getgroups || !setgroups || !setegid || !seteuid) return work()
  const [gid, groups] = [getegid(), getgroups()]
  setgroups([owner.gid])
  setegid(owner.gid)
  seteuid(owner.uid)
  try {
    return await work()
  } finally {
    seteuid(0)
    setegid(gid)
    setgroups(groups)
  }
}

/** root itself owns it: what lies there is to be handed over before the service can open it. */
export const isRoots = (folder: string): boolean => statSync(folder).uid === 0
