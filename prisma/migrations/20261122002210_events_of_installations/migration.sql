-- The new one first: what is read by the old one need not wait for it to be built.
-- CreateIndex
CREATE INDEX "event_of_installation_idx" ON "event"("installation_id", "id") WHERE (erased_at IS NULL);

-- DropIndex
DROP INDEX "event_installation_id_id_idx";
