/** Media (ITI-32): what goes on one and comes off one. Promises only, as in all of this folder. */

/** PS3.16 CID 405, as far as files can be written to it; `folder` is any other place in a file system. */
export const MEDIUM_TYPES = ["usb", "cd", "dvd", "sd", "folder"] as const
export type MediumType = (typeof MEDIUM_TYPES)[number]

export interface Medium {
  /** As a person would name it, e.g. its label or where it is mounted. */
  readonly name: string
  readonly type: MediumType
}

/** A medium, and the login name of who reads it in at this machine. */
export interface ReadIn {
  readonly medium: Medium
  readonly user: string
}

/** A file that is to lie on the medium. */
export interface MediumFile {
  /** Below the root of the medium, steps joined by `/`. */
  readonly path: string
  /** Length and SHA-1 (hex) that the metadata state; null for what is not stated there. */
  readonly lengthBytes: number | null
  readonly sha1: string | null
  /** May be opened again. */
  open(): AsyncIterable<Uint8Array>
}

/** What is not made yet. */
export interface NotReady {
  /** Kind of the submission. */
  readonly kind: string
  /** Why it was not made when it was tried last; null = it is its turn. */
  readonly failureCode: string | null
}

/** What is on its way to a medium. */
export interface MediumPlan {
  /** Names of whom it is for. */
  readonly recipients: readonly string[]
  readonly submissions: number
  /** So many of them wait for the line as well; 0 = it is a copy of what has arrived. */
  readonly underWay: number
  /** What must be made first; then there are no files yet. */
  readonly waiting: readonly NotReady[]
  readonly files: readonly MediumFile[]
  /** Asked before each file. @throws DeskError ERR_NOT_ALLOWED once a study on it was taken back */
  check(): Promise<void>
  /** Told before the first octet is handed out. Durable when it resolves. */
  begin(): Promise<void>
  /** It did not come about: told after `begin`. @param why without patient data */
  failed(why: string): Promise<void>
}

/** What a person at the machine may put on a medium, and take off one. */
export interface MediaDesk {
  /**
   * @param user login name of who asks, on this machine
   * @param what see `leaving.ts`
   * @throws DeskError ERR_NOT_FOUND, ERR_NOT_ALLOWED
   */
  plan(user: string, medium: Medium, what: string): Promise<MediumPlan>
  /** The metadata in a METADATA.P7M that is addressed to us. @throws Malformed, KeyError */
  open(sealed: Uint8Array): Promise<Uint8Array>
}
