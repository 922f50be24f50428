/** Other systems of the house that are called. */
import { row } from "./row.ts"
import type { ErrorRow } from "./row.ts"

export const SERVICE_ERRORS = {
  ERR_DELIVERY_STUDY: row(
    "DeliveryError",
    "permanent",
    "no image of the study is here any more, from which the report's patient and study could be taken",
    "store the report's PDF in the archive by hand",
  ),

  ERR_MAIL_UNREACHABLE: row(
    "MailError",
    "transient",
    "the mail server cannot be reached, its certificate does not fit, or it does not take the mail now",
    "check mail.server (host, port, tls, ca) and the line; it is tried again by itself, with what waits then",
  ),
  ERR_MAIL_REFUSED: row(
    "MailError",
    "permanent",
    "the mail server refuses sender, recipient or login",
    "correct mail.from, the address or the password file, then restart; until then it is tried every hour",
  ),

  ERR_DIRECTORY_UNREACHABLE: row(
    "DirectoryError",
    "transient",
    "the hospital's directory cannot be reached, its certificate does not fit, or it is busy; people are found as it was read last",
    "check directory.url, tls and ca and the line; it is read again by itself every few minutes",
  ),
  ERR_DIRECTORY_REFUSED: row(
    "DirectoryError",
    "permanent",
    "the directory refuses login or search, or sends us to another one, which is never followed",
    "correct directory.bindDn, the password file, base or filter, then restart; the message has its result code (RFC 4511 4.1.9)",
  ),
  ERR_DIRECTORY_EMPTY: row(
    "DirectoryError",
    "permanent",
    "the directory answers, and shows nobody who has an id and a name: what was read before is kept",
    "see whether the account may read the attributes of directory.attributes below base, and whether filter fits",
  ),
  ERR_DIRECTORY_UNREADABLE: row(
    "DirectoryError",
    "permanent",
    "what answers is no LDAP directory, or sends more than a directory may have",
    "check directory.url; narrow base or filter if there are more than 20,000 people",
  ),

  ERR_COLLECTOR_UNREACHABLE: row(
    "CollectorError",
    "transient",
    "the audit record repository cannot be reached",
    "check host, port and line; records wait in the trail and are sent by themselves",
  ),
  ERR_COLLECTOR_TLS: row(
    "CollectorError",
    "transient",
    "the TLS handshake with the audit record repository failed, or its certificate is not the agreed one",
    "compare its certificate with audit.collectors (ca; host or tlsPins), and see that it trusts keys.tls",
  ),
  ERR_COLLECTOR_ENDED: row(
    "CollectorError",
    "ambiguous",
    "the audit record repository broke the connection off, or did not end it in good order when asked to",
    "nothing: what it may not have read is sent again. If it happens every time nothing ever counts as sent: see that it trusts keys.tls, and that it ends its side when we end ours (RFC 5425 4.4)",
  ),
} as const satisfies Record<string, ErrorRow>
