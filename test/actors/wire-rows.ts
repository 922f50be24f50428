/**
 * What is known to go wrong between ITI-41 stacks, and what is to become of it: one row, one test that bears its name.
 * `docs/ihe-wire.md` prints them; a row without a test, or a test without a row, fails.
 */

export interface WireRow {
  readonly message: string
  readonly answer: string
}

const row = (message: string, answer: string): WireRow => ({ message, answer })

/** Requests, as the Document Recipient takes or refuses them. */
export const REQUEST_ROWS = {
  M1: row("no `start` in the Content-Type", "the first part is the root"),
  M2: row("`start` names no part", "the first part is the root if it can be one, and the log says so"),
  M3: row("percent-encoded `cid:`", "resolved, as is one that is not encoded"),
  M4: row("documents inline in base64, in an MTOM message", "taken; also beside others that are parts"),
  M5: row("boundary with `:`, `+`, `=`, in quotes or without", "parsed"),
  M6: row("root in `Content-Transfer-Encoding: 8bit`, Content-ID that is a URL", "taken"),
  M7: row("lines that end with LF, blanks at their ends, a blank line first", "taken, and the log says so"),
  M8: row("preamble, epilogue, no line end after the last delimiter", "ignored"),
  M9: row("octets like a delimiter inside a document", "stay octets of the document"),
  M10: row("`cid:` of a part that does not come", "Failure, `XDSMissingDocument`"),
  M11: row("a part no Document points to", "Failure, `XDSMissingDocumentMetadata`"),
  M12: row("SOAP without multipart", "HTTP 400, fault `Sender` in plain SOAP that asks for MTOM"),
  M15: row(
    "`Expect: 100-continue`; chunked; an encoded body",
    "100 only once head and certificate are right; taken; 415 with `Accept-Encoding: identity`",
  ),
  M16: row(
    "a SOAP header whose content is a part",
    "the part is let by; no document is missing for it. A header that is looked at must hold its content itself: `wsa:InvalidAddressingHeader`, and where assertions are agreed `wsse:InvalidSecurity`, before any part is read",
  ),
  M17: row(
    "charset absent; UTF-16 with and without mark; another one",
    "UTF-8; read; HTTP 400, fault `Sender`",
  ),
  M18: row(
    "4,000 parts; a sender that is slow; one that stops; more parts or bytes than a request may have",
    "streamed; waited for; cut; 413 before the body, else Failure, `XDSRepositoryOutOfResources`",
  ),
  M19: row("one Content-ID on two parts, the root's among them", "Failure, `XDSRepositoryMetadataError`"),
  M20: row(
    "documents in base64 or quoted-printable; in an encoding nobody knows",
    "decoded; Failure, `XDSRepositoryMetadataError`",
  ),
  S1: row(
    "no wsa:Action; another one",
    "HTTP 400, fault `Sender`/`MessageAddressingHeaderRequired`; `ActionNotSupported`",
  ),
  S2: row("wsa:Action without mustUnderstand", "taken, and the log says so"),
  S3: row('mustUnderstand="1" and "true"', "the same"),
  S4: row(
    "no ReplyTo; one that is not anonymous, or such a FaultTo",
    "anonymous is meant; HTTP 400, fault `InvalidAddressingHeader`/`OnlyAnonymousAddressSupported`",
  ),
  S5: row(
    "a header that must be understood and is not",
    "HTTP 500, fault `MustUnderstand`, Code before Reason, `NotUnderstood` names it",
  ),
  S6: row("any fault", "wsa:Action `http://www.w3.org/2005/08/addressing/soap/fault`"),
  S7: row("any MessageID", "RelatesTo repeats it, in faults too"),
  S8: row("a MessageID without hyphens, or none", "taken"),
  S9: row("Body before Header", "HTTP 400, fault `Sender`"),
  S10: row(
    "a document type, with entities or without",
    "HTTP 400, fault `Sender`; nothing is expanded or fetched",
  ),
  S11: row("another action in the Content-Type than in wsa:Action", "wsa:Action counts, and the log says so"),
  S12: row("SOAP 1.1", "HTTP 500, fault `VersionMismatch`, `Upgrade` names SOAP 1.2"),
  S13: row("an addressing header twice", "HTTP 400, fault `InvalidAddressingHeader`/`InvalidCardinality`"),
  A1: row(
    "a certificate of a trusted authority that no agreement names",
    "HTTP 403, and a record in the audit trail",
  ),
  A2: row(
    "a certificate that is expired, revoked, or of another authority; none",
    "the connection ends before any HTTP, and a record in the audit trail",
  ),
  A3: row("TLS 1.1; TLS 1.2 where the agreement says 1.3", "no handshake, and a record in the audit trail"),
  H1: row("what is no HTTP; HTTP headers without end", "HTTP 400; 431, and the connection ends"),
} as const satisfies Record<string, WireRow>

/** Answers, as the Document Source reads them. */
export const ANSWER_ROWS = {
  M13: row("plain SOAP instead of MTOM", "read"),
  M14: row(
    "`text/xml`, in MTOM or without: SOAP 1.2 inside; SOAP 1.1 inside",
    "read; a fault of SOAP 1.1 is one, anything else is given up as unanswered with words that say why",
  ),
  D18: row(
    "status `Warning`; an error inside Success; Failure without a list; Success with HTTP 500",
    "Success; Failure; Failure; nobody knows, asked again",
  ),
  R1: row("a redirect", "never followed: refused"),
  R2: row("HTTP 417 to `Expect`", "sent once more without it"),
  R3: row(
    "an answer that does not begin, or does not end, in time",
    "unanswered: asked again, byte for byte",
  ),
  R4: row("an answer of more than 8 MiB", "unanswered; read no further"),
  R5: row("a root part that is not the first, by `start`", "read"),
} as const satisfies Record<string, WireRow>

const OID = "Failure, `XDSRepositoryMetadataError` naming `3.4.5`"
const RIGHT = ", with a legal OID instead of 3.4.5"

/**
 * The reference messages of other stacks, by file, as the Document Recipient answers them; bodies in an envelope of ours,
 * templates filled in. What stands between back-ticks is in the answer.
 */
export const SAMPLE_ROWS = {
  "iti41-mtom/toolkit2-xop.body.txt": row("Axis2, no start parameter", "Success"),
  "iti41-mtom/toolkit2-noxop.body.txt": row("Axis2, MTOM without optimisation", "Success"),
  "iti41-mtom/toolkit2-encodedurl.body.txt": row("CXF, percent-encoded cid", "Success"),
  "iti41-mtom/toolkit2-dicom.body.txt": row(".NET, key object selection inline", "Success"),
  "iti41-mtom/toolkit2-multipart.body.txt": row("Axis2 with all HTTP headers", "Success"),
  "iti41-mtom/toolkit2-http-mtom-pnr.txt": row("Axis2, unquoted boundary, an OID that is none", OID),
  [`iti41-mtom/toolkit2-http-mtom-pnr.txt${RIGHT}`]: row("the same", "Success"),
  "iti41-mtom/toolkit2-mtom-body.txt": row("cid of no part", 'Failure, `errorCode="XDSMissingDocument"`'),
  "iti41/pnr.xml": row("two documents, an OID that is none", OID),
  [`iti41/pnr.xml${RIGHT}`]: row("the same", "Success"),
  [`iti41/pnr-element-order.xml${RIGHT}`]: row("elements in an order the schema forbids", "Success"),
  [`iti41/pnr-assoc-to-self.xml${RIGHT}`]: row("an association from and to one object", "Failure, `itself`"),
  [`iti41/pnr-bad-uplink.xml${RIGHT}`]: row(
    "a classification of another object",
    "Failure, `names another object`",
  ),
  "iti41/pnr-limited.xml": row(
    "limited metadata, no document",
    'Failure, `errorCode="XDSMissingDocument"`; the metadata are read, the agreement says whether limited ones are taken',
  ),
  "iti41/soap-noaction-pnr.xml": row("no wsa:Action", "HTTP 400, `wsa:MessageAddressingHeaderRequired`"),
  "iti41/soap-pnr-soap-order.xml": row(
    "Body before Header",
    "HTTP 400, `Header, which must stand before the Body`",
  ),
  [`iti41/soap-pnr.xml${RIGHT}`]: row(
    "a whole envelope, one of its documents left out",
    'Failure, `errorCode="XDSMissingDocument"`',
  ),
  "associations/openxds-submit_document.xml": row("one document", "Success"),
  "associations/openxds-submit_multiple_documents.xml": row("two documents", "Success"),
  "associations/openxds-document_addendum.xml": row("APND", "Success"),
  "associations/openxds-document_replacement.xml": row("RPLC", "Success"),
  "associations/openxds-document_transformation.xml": row("XFRM", "Success"),
  "associations/openxds-document_trans_replace.xml": row("XFRM_RPLC", "Success"),
  "associations/openxds-add_document2_folder.xml": row(
    "a folder",
    "Success, `PartialFolderContentNotProcessed`",
  ),
  "xdr-metadata/ipf-SubmitObjectsRequest_ebrs30.xml": row(
    "an old sourceId; limited metadata without the flag",
    "Failure, `not flagged as limited metadata`, `3670984664`",
  ),
  "rad68/kos-metadata.xml": row("RAD-68, several authors", "Success, `XDSExtraMetadataNotSaved`"),
  "constructed/iti41-imaging-request.mtom.http": row("four documents with hashes", "Success"),
  "constructed/iti41-imaging-request.inline.xml": row("the same, inline", "Success"),
  "query-retrieve/soap-sq-req.xml": row("ITI-18", "HTTP 400, `wsa:ActionNotSupported`"),
  "query-retrieve/soap-ret-req.xml": row("ITI-43", "HTTP 400, `wsa:ActionNotSupported`"),
  "query-retrieve/soap-xcq-req.xml": row("ITI-38", "HTTP 400, `wsa:ActionNotSupported`"),
  "query-retrieve/soap-xcr-req.xml": row("ITI-39", "HTTP 400, `wsa:ActionNotSupported`"),
  "constructed/iti41-response-success.xml": row(
    "an answer instead of a request",
    "HTTP 400, `wsa:ActionNotSupported`",
  ),
} as const satisfies Record<string, WireRow>

const NO_ANSWER = "unanswered: `is not a RegistryResponse`"
const VALID = "valid by the schema; nobody here takes audit messages"

/**
 * The reference messages that are no ITI-41 requests, by file, or by `*` several that are alike, and what becomes of them
 * where they would come. What stands between back-ticks is in what is said.
 */
export const OTHER_SAMPLE_ROWS = {
  "response/soap-pnr-resp.xml": row("an answer", "Success"),
  "response/soap-r-resp.xml": row("an answer to ITI-42", "Success"),
  "response/regresp-fail-noerr.xml": row("Failure without a list", "Failure"),
  "response/regresp-suc-err.xml": row("Success with errors in its list", "Failure"),
  "constructed/iti41-response-success.xml": row("an answer", "Success"),
  "constructed/iti41-response-success.mtom.http": row("an answer in MTOM", "Success"),
  "constructed/iti41-response-success-warnings.xml": row("an answer with warnings", "Success"),
  "constructed/iti41-response-failure.xml": row("an answer", "Failure"),
  "constructed/soap-fault-action-not-supported.xml": row("a fault", "refused: `ActionNotSupported`"),
  "query-retrieve/soap-ret-resp.xml": row("an answer to ITI-43", NO_ANSWER),
  "query-retrieve/sq-resp-*.xml": row("answers to ITI-18", NO_ANSWER),
  "query-retrieve/sq-req*.xml": row(
    "queries, one of them right, where metadata are wanted",
    "refused: `XDM_METADATA`",
  ),
  "rad68/kos.dcm": row("a manifest of one image", "read: `1`"),
  "saml/ipf-xua-assertion.xml": row(
    "SAML 2.0 whose signature values are left out, by SHA-1",
    "not believed: `rsa-sha1 is not accepted`",
  ),
  "saml/ipf-saml2-assertion-for-xua.xml": row(
    "the same in wsse:Security, with a comment in it",
    "not believed: `document type, comment, CDATA or instruction`",
  ),
  "xdm/toolkit2-MIE.zip": row("a medium with files of a Macintosh; SHA-1 in capitals", "`1 of 1 whole`"),
  "constructed/audit/*.xml": row("audit messages, one for each event", VALID),
  "constructed/audit/rfc5425-frame.bin": row("a frame of syslog over TLS", "as ours, octet for octet"),
  "audit/ipf-atna-record-1.xml": row(
    "an audit message after RFC 3881",
    "not valid by the schema; nobody here takes audit messages",
  ),
  "audit/ipf-*.xml": row("audit messages", VALID),
} as const satisfies Record<string, WireRow>

/** Declares tests by row; `complete` fails when one has none. */
export function rowTests<Id extends string>(rows: Readonly<Record<Id, WireRow>>) {
  const tested = new Set<Id>()
  return {
    row: (id: Id, run: () => Promise<void>): void => {
      tested.add(id)
      it(`${id}: ${rows[id].message} → ${rows[id].answer}`, run)
    },
    /** Rows nobody has tested. */
    untested: (): readonly string[] => Object.keys(rows).filter((id) => !tested.has(id as Id)),
  }
}

export function rowTable(rows: Readonly<Record<string, WireRow>>, name = "row"): string {
  const lines = Object.entries(rows).map(([id, { message, answer }]) => `| ${id} | ${message} | ${answer} |`)
  return [`| ${name} | message | what becomes of it |`, "|---|---|---|", ...lines].join("\n")
}
