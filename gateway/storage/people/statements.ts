/** Every SQL statement of the people store, by name. Parameters are named; instants are milliseconds UTC. */

/** A person who is enrolled again (lost device) keeps the id: keys and reports hang on it. */
export const upsertPerson = `
  INSERT INTO person (id, login, name, role) VALUES (@id, @login, @name, @role)
  ON CONFLICT (login) DO UPDATE SET name = excluded.name, role = excluded.role
  RETURNING id, login, name, role`

export const everyPerson = `SELECT id, login, name, role FROM person ORDER BY login`

export const personById = `SELECT id, login, name, role FROM person WHERE id = @id`

export const insertEnrolment = `
  INSERT INTO enrolment (code_sha256, person_id, expires_at) VALUES (@codeSha256, @personId, @expiresAt)`

export const openEnrolment = `
  SELECT person.id, login, name, role FROM enrolment JOIN person ON person.id = person_id
  WHERE code_sha256 = @codeSha256 AND used_at IS NULL AND expires_at > @now`

export const useEnrolment = `
  UPDATE enrolment SET used_at = @now
  WHERE code_sha256 = @codeSha256 AND used_at IS NULL AND expires_at > @now
  RETURNING person_id AS personId`

export const insertCredential = `
  INSERT INTO credential (id, person_id, public_key, counter, transports, added_at)
  VALUES (@id, @personId, @publicKey, @counter, @transports, @now)`

export const credentialById = `
  SELECT id, person_id AS personId, public_key AS publicKey, counter, transports
  FROM credential WHERE id = @id`

export const credentialsOfPerson = `
  SELECT id, person_id AS personId, public_key AS publicKey, counter, transports
  FROM credential WHERE person_id = @personId ORDER BY added_at`

/** The counter never goes back, whatever order two answers arrive in. */
export const countUse = `
  UPDATE credential SET counter = max(counter, @counter), used_at = @now WHERE id = @id`

/** A device counts while it is registered, and not taken away; with an owner, for its owner. */
const counts = "registered_at IS NOT NULL AND revoked_at IS NULL"

const passkeyCounts = `(@passkey IS NULL OR EXISTS (
    SELECT 1 FROM credential WHERE id = @passkey AND person_id = @personId))`
const cardCounts = `(@certificate IS NULL OR EXISTS (
    SELECT 1 FROM binding WHERE fingerprint = @certificate AND person_id = @personId AND use = 'login'
      AND confirmed_at IS NOT NULL AND revoked_at IS NULL))`

/** Do the passkey and the card that are shown open the desk for this person at this moment? Yes where none is. */
export const doKeysCount = `SELECT ${passkeyCounts} AS passkey, ${cardCounts} AS card`

/**
 * No row where the passkey, the card or the device does not count for this person at this moment, or where there is no device and
 * one is asked for.
 */
export const insertSession = `
  INSERT INTO session (id_sha256, person_id, opened_by, certificate, device_id, opened_at, seen_at)
  SELECT @idSha256, @personId, iif(@certificate IS NULL, 'passkey', 'certificate'), @certificate, @deviceId, @now, @now
  WHERE ${passkeyCounts} AND ${cardCounts} AND CASE WHEN @deviceId IS NULL THEN @anyDevice ELSE EXISTS (
    SELECT 1 FROM device WHERE id = @deviceId AND ${counts} AND coalesce(owner_id, @personId) = @personId) END`

const sessions = `
  SELECT id_sha256 AS idSha256, person.id, login, name, role, opened_by AS loggedInBy,
    opened_at AS openedAt, seen_at AS seenAt,
    device.id AS deviceId, device.label AS deviceLabel, device.qualified_until AS qualifiedUntil,
    CASE WHEN device_id IS NULL THEN NULL
      ELSE ${counts} AND coalesce(owner_id, person_id) = person_id END AS deviceCounts
  FROM session JOIN person ON person.id = person_id LEFT JOIN device ON device.id = device_id`

export const sessionById = `${sessions} WHERE id_sha256 = @idSha256`

export const touchSession = `UPDATE session SET seen_at = @now WHERE id_sha256 = @idSha256`

export const deleteSession = `DELETE FROM session WHERE id_sha256 = @idSha256`

export const allSessions = `${sessions} ORDER BY seen_at`

export const insertFailure = `INSERT INTO failure (person_id, at) VALUES (@personId, @now)`

export const failuresSince = `
  SELECT count(*) AS failures FROM failure WHERE person_id = @personId AND at > @since`

export const deleteFailures = `DELETE FROM failure WHERE person_id = @personId`

export const sweepFailures = `DELETE FROM failure WHERE person_id = @personId AND at <= @before`

const bindingColumns = `
  person.id AS id, login, name, role, use, fingerprint, certificate, seen_at AS seenAt,
  confirmed_at AS confirmedAt, confirmed_by AS confirmedBy,
  revoked_at AS revokedAt, revoked_by AS revokedBy, reason`

/** What waits for a second person first, then the newest. */
export const everyBinding = `
  SELECT ${bindingColumns} FROM binding JOIN person ON person.id = person_id
  ORDER BY confirmed_at IS NULL AND revoked_at IS NULL DESC, seen_at DESC, login`

export const holderOf = `
  SELECT person.id, login, name, role FROM binding JOIN person ON person.id = person_id
  WHERE fingerprint = @fingerprint AND use = @use AND confirmed_at IS NOT NULL AND revoked_at IS NULL`

/** What it is for is what it was shown for last, until it counts. */
export const seeBinding = `
  INSERT INTO binding (person_id, fingerprint, use, certificate, seen_at)
  SELECT id, @fingerprint, @use, @certificate, @now FROM person WHERE login = @login
  ON CONFLICT (fingerprint, person_id) DO UPDATE SET use = excluded.use
  WHERE use <> excluded.use AND (confirmed_at IS NULL OR revoked_at IS NOT NULL)`

/** Nothing changes for one that is somebody else's, nor for one that was taken back unless @anew. */
export const confirmBinding = `
  UPDATE OR IGNORE binding
  SET confirmed_at = @at, confirmed_by = @by, evidence = @evidence,
      revoked_at = NULL, revoked_by = NULL, reason = NULL
  WHERE fingerprint = @fingerprint AND (@anew OR revoked_at IS NULL) AND person_id = (SELECT id FROM person WHERE login = @login)`

export const revokeBinding = `
  UPDATE binding SET revoked_at = @at, revoked_by = @by, reason = @reason
  WHERE fingerprint = @fingerprint AND revoked_at IS NULL
    AND person_id = (SELECT id FROM person WHERE login = @login)`

/** Of a card that opens the door no more; of those from before it was written down which card it was, all of the account. */
export const deleteCardSessions = `
  DELETE FROM session WHERE opened_by = 'certificate' AND coalesce(certificate, @fingerprint) = @fingerprint AND person_id IN (
    SELECT person_id FROM binding JOIN person ON person.id = person_id
    WHERE fingerprint = @fingerprint AND use = 'login' AND login = @login)`

export const insertUntold = `INSERT INTO untold (key, event) VALUES (@key, @event)`

export const everyUntold = `SELECT key, event FROM untold ORDER BY rowid`

export const deleteUntold = `DELETE FROM untold WHERE key = @key`

export const passkeysOfPerson = `
  SELECT id, added_at AS addedAt, used_at AS usedAt FROM credential WHERE person_id = @personId ORDER BY added_at`

/** @credentialId null = every one of the account. */
export const deleteCredentials = `
  DELETE FROM credential WHERE person_id = @personId AND (@credentialId IS NULL OR id = @credentialId)`

export const deleteSessionsOf = `DELETE FROM session WHERE person_id = @personId`

/** A link that is on its way to somebody opens nothing either. */
export const deleteEnrolmentsOf = `DELETE FROM enrolment WHERE person_id = @personId AND used_at IS NULL`

const deviceColumns = `
  device.id, label, qualified_until AS qualifiedUntil, owner_id AS ownerId, owner.login AS ownerLogin,
  owner.name AS ownerName, made_at AS madeAt, made_by AS madeBy, code_until AS codeUntil,
  registered_at AS registeredAt, used_at AS usedAt, revoked_at AS revokedAt, revoked_by AS revokedBy, reason`

/** Those that count or wait first, then what was taken away. */
export const everyDevice = `
  SELECT ${deviceColumns} FROM device LEFT JOIN person AS owner ON owner.id = owner_id
  ORDER BY revoked_at IS NOT NULL, label, made_at`

export const insertDevice = `
  INSERT INTO device (id, label, owner_id, qualified_until, made_at, made_by, code_sha256, code_until, evidence)
  VALUES (@id, @label, @ownerId, @qualifiedUntil, @now, @by, @codeSha256, @codeUntil, @evidence)`

const offered = `code_sha256 = @codeSha256 AND registered_at IS NULL AND revoked_at IS NULL AND code_until > @now`

export const offeredDevice = `
  SELECT ${deviceColumns} FROM device LEFT JOIN person AS owner ON owner.id = owner_id WHERE ${offered}`

/** Nothing changes for a key that is another device's. */
export const registerDevice = `
  UPDATE OR IGNORE device SET public_key = @publicKey, registered_at = @now WHERE ${offered}`

export const knownDevice = `
  SELECT id, label, qualified_until AS qualifiedUntil, owner_id AS ownerId, public_key AS publicKey
  FROM device WHERE id = @id AND ${counts}`

export const countDeviceUse = `UPDATE device SET used_at = @now WHERE id = @deviceId`

export const revokeDevice = `
  UPDATE device SET revoked_at = @now, revoked_by = @by, reason = @reason WHERE id = @id AND revoked_at IS NULL`

export const deleteDeviceSessions = `DELETE FROM session WHERE device_id = @id`
