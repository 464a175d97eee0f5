-- AlterTable
ALTER TABLE "conversation" ADD COLUMN     "checked_at" TIMESTAMPTZ(3),
ADD COLUMN     "same_as" TEXT;

-- CreateTable
CREATE TABLE "reconcile" (
    "installation_id" TEXT NOT NULL,
    "cursor" TIMESTAMPTZ(3),
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fencing" BIGINT NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "ids_fit" BOOLEAN,

    CONSTRAINT "reconcile_pkey" PRIMARY KEY ("installation_id")
);

-- CreateIndex
CREATE INDEX "conversation_installation_id_closed_at_idx" ON "conversation"("installation_id", "closed_at");

-- AddForeignKey
ALTER TABLE "reconcile" ADD CONSTRAINT "reconcile_installation_id_fkey" FOREIGN KEY ("installation_id") REFERENCES "installation"("id") ON DELETE CASCADE ON UPDATE CASCADE;


