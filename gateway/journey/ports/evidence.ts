/** What an evidence desk offers. */
export interface EvidencePackage {
  /** Says nothing of anybody. */
  readonly fileName: string
  /** The ZIP, in order. */
  readonly pieces: readonly Uint8Array[]
  /** Ids of the reports in it. */
  readonly reportIds: readonly string[]
}

/** Who takes it: a person at the staff desk, or a login of this machine. */
export interface EvidenceTaker {
  readonly user: string
  readonly userName: string | null
}

export interface EvidenceDesk {
  /**
   * Everything there is of one reading; in the audit trail when it resolves.
   *
   * @param what id of the request or of one of its reports, or the hospital's request number
   * @throws DeskError ERR_NOT_FOUND when there is no signed report that holds, ERR_INPUT when it is too much for one package
   */
  take(taker: EvidenceTaker, what: string): Promise<EvidencePackage>
}

/** The built page that verifies a package in a browser. */
export type VerifierPage = () => Promise<Uint8Array>
