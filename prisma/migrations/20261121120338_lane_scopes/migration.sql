-- DropIndex
DROP INDEX "lane_installation_id_idx";

-- CreateIndex
CREATE INDEX "lane_installation_id_destination_id_next_at_idx" ON "lane"("installation_id", "destination_id", "next_at");


