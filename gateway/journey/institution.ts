/** Identifiers of institutions in Japan (JP Core; the ministry's ten-digit code). */

/** Prefecture 01 to 47, fee schedule, seven digits of the institution. */
export const INSTITUTION_CODE = /^(0[1-9]|[1-3]\d|4[0-7])\d{8}$/

/** Every institution's patient id domain lies under it: a digit 1, then its ten digits. */
const PATIENT_ID_ROOT = "1.2.392.100495.20.3.51."

/** OID of the domain an institution numbers its patients in. */
export const patientIdDomainOf = (institutionCode: string): string => `${PATIENT_ID_ROOT}1${institutionCode}`

/** Is this domain of that scheme, and of another institution than this one? */
export const isDomainOfAnother = (oid: string, institutionCode: string): boolean =>
  oid.startsWith(PATIENT_ID_ROOT) && oid !== patientIdDomainOf(institutionCode)
