/** Requests by the patient's number under an agreement; rows from before it was asked for have none. */
export const PATIENT_INDEX = `
  ALTER TABLE request ADD COLUMN patient_hash BLOB;
  CREATE INDEX request_by_patient ON request (patient_hash, requested_at) WHERE patient_hash IS NOT NULL; -- requestsOfPatient
  `

/** Who the patient was is asked of the newest few. */
export const REQUESTS_OF_PATIENT = `SELECT facts, sealed, revision FROM request WHERE patient_hash = ?
  ORDER BY requested_at DESC LIMIT 8`
