-- AlterTable
ALTER TABLE "remote_chat" ADD COLUMN     "cursor" TEXT,
ADD COLUMN     "end_reason" TEXT,
ADD COLUMN     "listening" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "remote_message" (
    "id" BIGSERIAL NOT NULL,
    "lane_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "status" TEXT NOT NULL DEFAULT 'stored',

    CONSTRAINT "remote_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "remote_file_copy" (
    "id" TEXT NOT NULL,
    "remote_message_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "about" TEXT NOT NULL,
    "content_type" TEXT,
    "size" INTEGER,
    "bytes" BYTEA,
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "reason" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "remote_file_copy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "listener" (
    "id" TEXT NOT NULL,
    "installation_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "lane_id" TEXT,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "hinted_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fencing" BIGINT NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_failure" TEXT,
    "last_read_at" TIMESTAMPTZ(3),

    CONSTRAINT "listener_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "remote_message_lane_id_id_idx" ON "remote_message"("lane_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "remote_message_lane_id_key_key" ON "remote_message"("lane_id", "key");

-- CreateIndex
CREATE INDEX "remote_file_copy_next_at_idx" ON "remote_file_copy"("next_at");

-- CreateIndex
CREATE UNIQUE INDEX "remote_file_copy_remote_message_id_ordinal_key" ON "remote_file_copy"("remote_message_id", "ordinal");

-- CreateIndex
CREATE INDEX "listener_installation_id_destination_id_idx" ON "listener"("installation_id", "destination_id");

-- CreateIndex
CREATE INDEX "remote_chat_scope_listening_idx" ON "remote_chat"("scope", "listening");

-- AddForeignKey
ALTER TABLE "remote_message" ADD CONSTRAINT "remote_message_lane_id_fkey" FOREIGN KEY ("lane_id") REFERENCES "remote_chat"("lane_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "remote_file_copy" ADD CONSTRAINT "remote_file_copy_remote_message_id_fkey" FOREIGN KEY ("remote_message_id") REFERENCES "remote_message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "listener" ADD CONSTRAINT "listener_lane_id_fkey" FOREIGN KEY ("lane_id") REFERENCES "remote_chat"("lane_id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What ended before there were listeners is not read any more.
UPDATE "remote_chat" SET "listening" = false WHERE "status" <> 'open';
