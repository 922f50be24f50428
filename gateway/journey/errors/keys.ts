/** Keys, and the authorities that say what they are worth. */
import { row } from "./row.ts"
import type { ErrorRow } from "./row.ts"

export const KEY_ERRORS = {
  ERR_KEY_MISSING: row(
    "KeyError",
    "permanent",
    "a key or certificate named in the configuration cannot be read",
    "check the path and its permissions. Of a key that is lost: docs/keys.md says what is made anew, and what a backup has",
  ),
  ERR_KEY_FOLDER: row(
    "KeyError",
    "transient",
    "the folder in which a key lies is not there, or is empty with nothing mounted on it: the disk or share is away, no key is lost by that",
    "mount it (`findmnt FOLDER`, `systemctl --failed`), then start again; make no new keys",
    "HTTP 503",
  ),
  ERR_KEY_MISMATCH: row(
    "KeyError",
    "permanent",
    "a certificate is not that of the key it stands beside",
    "compare the two: `openssl pkey -in KEY -pubout` and `openssl x509 -in CHAIN -noout -pubkey` print the same",
  ),
  ERR_KEY_PASSPHRASE: row(
    "KeyError",
    "permanent",
    "the passphrase or PIN does not open the key",
    "enter it again",
    "HTTP 422",
  ),
  ERR_KEY_TOKEN: row(
    "KeyError",
    "transient",
    "the token that holds a key of ours, or its PKCS#11 module, does not answer; its process was ended, and the next operation starts another",
    "see that the token is there (`pkcs11-tool --module MODULE -L`) and that p11-kit is installed; the step is run again by itself",
    "XDSRepositoryError",
  ),
  ERR_KEY_PIN: row(
    "KeyError",
    "transient",
    "the token has refused the PIN, or is at its last try; what waits for it is run again, the PIN is not tried again",
    "put the right PIN into pinFile; if it was right and the token is mended, `dokuei keys retry-pin FILE`. A locked token its security officer opens",
    "XDSRepositoryError",
  ),
  ERR_KEY_LOGIN: row(
    "KeyError",
    "transient",
    "the person is not logged in at the signing service, or not any more",
    "the reader logs in there by the link on the signing page, and signs again",
    "HTTP 409",
  ),
  ERR_KEY_SERVICE: row(
    "KeyError",
    "transient",
    "the signing service does not answer, or not as CSC API 2.0 says",
    "the report stays as it is; try again. If it lasts, ask the service, and compare keys.signingService",
    "HTTP 503",
  ),
  ERR_KEY_CARD: row(
    "KeyError",
    "transient",
    "no signature came from the reader's card: not in time, not made, or not by the certificate that is confirmed for the account",
    "the frozen report stays: see that `dokuei bridge` runs at that PC and that the card is in its reader, and sign again",
    "HTTP 409",
  ),
  ERR_KEY_UNCONFIRMED: row(
    "KeyError",
    "permanent",
    "nobody has confirmed that this signing certificate is the account's, or that was taken back",
    "a security officer compares it with the card and confirms it: page of officers, or `dokuei people confirm`; then prepare the report again",
    "HTTP 422",
  ),
  ERR_KEY_UNFIT: row(
    "KeyError",
    "permanent",
    "our key does not fit what it was asked to open",
    "compare the recipient certificate in the agreement with ours",
    "InvalidDocumentContent",
  ),

  ERR_TIMESTAMP_UNAVAILABLE: row(
    "TimeStampError",
    "transient",
    "the time-stamp authority does not answer",
    "it is tried again by itself",
  ),
  ERR_TIMESTAMP_INVALID: row(
    "TimeStampError",
    "permanent",
    "the time-stamp token does not check",
    "compare timeStamp.url and trust.tsaRoots",
  ),

  ERR_REVOCATION_UNAVAILABLE: row(
    "RevocationError",
    "transient",
    "an authority's server gives no revocation list or OCSP answer",
    "check the line to the server that is named; it is tried again by itself, and lists in the folder trust.crls count meanwhile",
  ),
  ERR_REVOCATION_INVALID: row(
    "RevocationError",
    "transient",
    "what an authority's server gave is no list or answer that can be used: of another authority, over, or older than the one at hand",
    "nothing at first, it is tried again by itself; if it lasts ask the authority, or put its list into the folder trust.crls",
  ),
} as const satisfies Record<string, ErrorRow>
