-- CreateIndex
CREATE INDEX "listener_lane_id_idx" ON "listener"("lane_id");


