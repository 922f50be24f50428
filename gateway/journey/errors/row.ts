/** What is said of a code: who failed, whether trying again helps, what a person does, what the peer reads. */

/** transient: try again · ambiguous: the peer may have it, trying again is safe because retries are
 *  byte-identical and recognised by SubmissionSet.uniqueId and hashes · permanent: a person must act. */
export type FailureClass = "transient" | "ambiguous" | "permanent"

export interface ErrorRow {
  /** Class of the error: who failed. */
  readonly who: string
  readonly failure: FailureClass
  readonly meaning: string
  /** What the operator does. */
  readonly action: string
  /** What the peer sees, in its protocol's words; "-" when nobody outside sees it. */
  readonly peer: string
}

/** One row of the table. `peer` is "-" where nobody outside sees it. */
export const row = <Who extends string>(
  who: Who,
  failure: FailureClass,
  meaning: string,
  action: string,
  peer = "-",
): ErrorRow & { readonly who: Who } => ({
  who,
  failure,
  meaning,
  action,
  peer,
})
