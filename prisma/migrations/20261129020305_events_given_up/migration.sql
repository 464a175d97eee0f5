-- CreateIndex
CREATE INDEX CONCURRENTLY "event_given_up_idx" ON "event"("id") WHERE (reason = 'planning-failed'::text);
