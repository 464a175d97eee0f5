-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "satisfaction" TEXT;

-- CreateIndex
CREATE INDEX "conversation_installation_id_visitor_external_id_idx" ON "conversation"("installation_id", "visitor_external_id");


