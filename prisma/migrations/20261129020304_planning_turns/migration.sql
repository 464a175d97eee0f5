-- CreateIndex
CREATE INDEX CONCURRENTLY "event_to_plan_idx" ON "event"("installation_id", "plan_after") WHERE (plan_after IS NOT NULL);
