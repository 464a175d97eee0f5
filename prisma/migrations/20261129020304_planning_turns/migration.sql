-- CreateIndex
CREATE INDEX "event_to_plan_idx" ON "event"("installation_id", "plan_after") WHERE (plan_after IS NOT NULL);

-- CreateIndex
CREATE INDEX "event_given_up_idx" ON "event"("id") WHERE (reason = 'planning-failed'::text);


