/** XML namespaces and algorithm URIs of DSG documents (ITI TF-3 5.5, XML Signature 1.1, XAdES 1.3.2), and which of them we accept: what the table of algorithms says. */
import { ALGORITHMS } from "../algorithms/table.ts"

export const DS = "http://www.w3.org/2000/09/xmldsig#"
export const XADES = "http://uri.etsi.org/01903/v1.3.2#"
export const XADES141 = "http://uri.etsi.org/01903/v1.4.1#"

export const TYPE_MANIFEST = "http://www.w3.org/2000/09/xmldsig#Manifest"
export const TYPE_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
/** formatCode and signature policy of a detached DSG document. */
export const DSG_DETACHED = "urn:ihe:iti:dsg:detached:2014"

/** DSG's mark of the reference that names a SubmissionSet: no digest of anything (ITI TF-3 5.5.2). */
export const SUBMISSION_SET_DIGEST = "0"

export const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
/** XML Signature 1.1 §4.4.3.2: a reference without transforms that yields nodes is canonicalised with this. */
export const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
export const C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"
/** What DSG names (ITI TF-3 5.5.2). Our documents hold no comments, so its octets are those of C14N_11. */
export const C14N_11_WITH_COMMENTS = `${C14N_11}#WithComments`

export const SHA256 = ALGORITHMS["SHA-256"].uri
export const RSA_SHA256 = ALGORITHMS["RSASSA-PKCS1-v1_5, SHA-256"].uri
export const ECDSA_SHA256 = ALGORITHMS["ECDSA, SHA-256"].uri

/** RSA and ECDSA only: an HMAC would make the public key a secret. */
export { HASHES_BY_URI as DIGESTS, SIGNATURES_BY_URI as SIGNATURE_METHODS } from "../algorithms/permitted.ts"
