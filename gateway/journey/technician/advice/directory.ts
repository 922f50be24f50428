/** The hospital's directory. */
import { said } from "./said.ts"

const PEOPLE_JA = "依頼は出せます。医師は、前に読み込んだ職員名簿から選ぶか、そのまま入力してください。"
const PEOPLE_EN = "Requests can be sent. Physicians are chosen as the directory was read last, or written."

export const DIRECTORY_ADVICE = {
  ERR_DIRECTORY_UNREACHABLE: said(
    [
      "職員名簿（{about}）を読めません",
      `${PEOPLE_JA}数分ごとに自動で読み直します。`,
      "院内ネットワークが通じているか見てください",
      "通じているならシステム管理者に、職員名簿のサーバー（LDAP）と directory.url・ca を確かめてもらってください",
    ],
    [
      "The directory {about} cannot be read",
      `${PEOPLE_EN} It is read again by itself every few minutes.`,
      "See whether the hospital's network is up",
      "If it is, ask the system administrator to look at the directory server (LDAP), directory.url and ca",
    ],
  ),
  ERR_DIRECTORY_REFUSED: said(
    [
      "職員名簿（{about}）が読み取りを断っています",
      PEOPLE_JA,
      "システム管理者に directory の bindDn・passwordFile・base・filter を確かめてもらってください",
    ],
    [
      "The directory {about} refuses to be read",
      PEOPLE_EN,
      "Ask the system administrator to check bindDn, passwordFile, base and filter of directory",
    ],
  ),
  ERR_DIRECTORY_EMPTY: said(
    [
      "職員名簿（{about}）に、使える人が見つかりません",
      PEOPLE_JA,
      "システム管理者に、directory.filter と attributes、読み取り用アカウントの権限を確かめてもらってください",
    ],
    [
      "The directory {about} shows nobody who can be chosen",
      PEOPLE_EN,
      "Ask the system administrator to check directory.filter and attributes, and what the account may read",
    ],
  ),
  ERR_DIRECTORY_UNREADABLE: said(
    [
      "職員名簿（{about}）の答えが正しくありません",
      PEOPLE_JA,
      "システム管理者に directory.url を確かめてもらってください。別のサーバーが答えているかもしれません",
      "職員が2万人を超えるなら、base か filter で絞ってください",
    ],
    [
      "What answers as the directory {about} cannot be read",
      PEOPLE_EN,
      "Ask the system administrator to check directory.url: it may be another server that answers",
      "With more than 20,000 people, narrow base or filter",
    ],
  ),
}
