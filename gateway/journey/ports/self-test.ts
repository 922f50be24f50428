/** Self-tests of the road to a partner. */
import type { SelfTestView } from "../views/self-test.ts"

/** Self-tests of the road to a partner, for commands on this machine. */
export interface SelfTestDesk {
  /** A phantom is planned. Throws DeskError when nothing of the kind is agreed. */
  begin(user: string, agreement: string): Promise<{ readonly id: string }>
  /** Throws DeskError ERR_NOT_FOUND. */
  look(id: string): Promise<SelfTestView>
  /** All we have of it is destroyed, wherever it stands; null = it was before. May be called twice. */
  end(id: string, user: string): Promise<{ readonly objects: number; readonly at: string } | null>
}
