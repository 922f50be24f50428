/** Purposes of a signature (ASTM E1762, ITI TF-3 5.5.2.2; XAdES CommitmentTypeIndication). */

export interface Commitment {
  /** As it stands in xades:Identifier. */
  readonly identifier: string
  readonly display: string
  /** OIDs are written as URNs. */
  readonly qualifier: "OIDAsURN" | null
}

export const ASTM_PURPOSE_OID = "1.2.840.10065.1.12.1"

const astm = (number: number, display: string): Commitment => ({
  identifier: `urn:oid:${ASTM_PURPOSE_OID}.${number}`,
  display,
  qualifier: "OIDAsURN",
})

/** The purposes our documents are signed with. */
export const COMMITMENT = {
  /** A radiologist's report. */
  author: astm(1, "Author's Signature"),
  coAuthor: astm(2, "Coauthor's Signature"),
  verification: astm(5, "Verification Signature"),
  validation: astm(6, "Validation Signature"),
  /** "a gateway that receives and interprets data": the reading centre's seal, and receipts. */
  review: astm(13, "Review Signature"),
  /** "automated data source": the hospital's gateway. */
  source: astm(14, "Source Signature"),
  addendum: astm(15, "Addendum Signature"),
  modification: astm(16, "Modification Signature"),
  administrative: astm(17, "Administrative (Error/Edit) Signature"),
  proofOfReceipt: {
    identifier: "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt",
    display: "Proof of receipt",
    qualifier: null,
  },
} as const satisfies Record<string, Commitment>

/** Both commitments of a receipt. */
export const RECEIPT_COMMITMENTS: readonly Commitment[] = [COMMITMENT.review, COMMITMENT.proofOfReceipt]
