/**
 * For `UPDATE event SET`: leaves of an event what makes a later copy of it a duplicate, or an anomaly when its bytes are
 * others, and nothing of what it said or whom it was about. Doing it twice is doing it once.
 */
export const BARE_TOMBSTONE = `
  body = '', content_type = NULL, event_type = NULL, installation_id = NULL, conversation_id = NULL, reason = NULL,
  plan_after = NULL, erased_at = COALESCE(erased_at, now())`;
