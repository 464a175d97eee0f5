-- CreateTable
CREATE TABLE "installation" (
    "id" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "website_id" BIGINT NOT NULL,
    "label" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "client_id" BIGINT,
    "settings" JSONB NOT NULL,
    "secrets" TEXT NOT NULL,
    "key_hash" TEXT,
    "file_hash" TEXT,
    "lifecycle_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "event_type" TEXT,
    "installation_id" TEXT,
    "conversation_id" TEXT,
    "content_type" TEXT,
    "body" BYTEA NOT NULL,
    "duplicates" INTEGER NOT NULL DEFAULT 0,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "plan_after" TIMESTAMPTZ(3),
    "plan_failures" INTEGER NOT NULL DEFAULT 0,
    "planned_at" TIMESTAMPTZ(3),

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" TEXT NOT NULL,
    "installation_id" TEXT NOT NULL,
    "channel" TEXT,
    "visitor_id" TEXT,
    "visitor_external_id" TEXT,
    "operator_id" TEXT,
    "several_agents" BOOLEAN NOT NULL DEFAULT false,
    "start_event_id" BIGINT,
    "start_source" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "remote_chat" (
    "lane_id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "remote_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "visitor" TEXT,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "remote_chat_pkey" PRIMARY KEY ("lane_id")
);

-- CreateTable
CREATE TABLE "lane" (
    "id" TEXT NOT NULL,
    "installation_id" TEXT NOT NULL,
    "conversation_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "pending" INTEGER NOT NULL DEFAULT 0,
    "next_position" INTEGER NOT NULL DEFAULT 1,
    "next_at" TIMESTAMPTZ(3),
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "fencing" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lane_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" BIGSERIAL NOT NULL,
    "lane_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "part" INTEGER NOT NULL DEFAULT 0,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "open" BOOLEAN NOT NULL DEFAULT true,
    "reason" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "first_failure_at" TIMESTAMPTZ(3),
    "looks" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "prepared" TEXT,
    "content_hash" TEXT,
    "event_id" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "id" BIGSERIAL NOT NULL,
    "delivery_id" BIGINT NOT NULL,
    "number" INTEGER NOT NULL,
    "fencing" BIGINT NOT NULL,
    "worker" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "code" TEXT,
    "http_status" INTEGER,
    "upstream_request_id" TEXT,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator" (
    "installation_id" TEXT NOT NULL,
    "operator_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operator_pkey" PRIMARY KEY ("installation_id","operator_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "installation_key_hash_key" ON "installation"("key_hash");

-- CreateIndex
CREATE INDEX "installation_client_id_idx" ON "installation"("client_id");

-- CreateIndex
CREATE UNIQUE INDEX "event_dedupe_key_key" ON "event"("dedupe_key");

-- CreateIndex
CREATE INDEX "event_plan_after_idx" ON "event"("plan_after");

-- CreateIndex
CREATE INDEX "event_installation_id_id_idx" ON "event"("installation_id", "id");

-- CreateIndex
CREATE INDEX "event_conversation_id_id_idx" ON "event"("conversation_id", "id");

-- CreateIndex
CREATE INDEX "event_status_id_idx" ON "event"("status", "id");

-- CreateIndex
CREATE INDEX "conversation_installation_id_created_at_idx" ON "conversation"("installation_id", "created_at");

-- CreateIndex
CREATE INDEX "conversation_installation_id_visitor_id_idx" ON "conversation"("installation_id", "visitor_id");

-- CreateIndex
CREATE UNIQUE INDEX "remote_chat_scope_remote_id_key" ON "remote_chat"("scope", "remote_id");

-- CreateIndex
CREATE INDEX "lane_next_at_idx" ON "lane"("next_at");

-- CreateIndex
CREATE INDEX "lane_conversation_id_idx" ON "lane"("conversation_id");

-- CreateIndex
CREATE INDEX "lane_installation_id_idx" ON "lane"("installation_id");

-- CreateIndex
CREATE INDEX "delivery_lane_id_open_position_part_idx" ON "delivery"("lane_id", "open", "position", "part");

-- CreateIndex
CREATE INDEX "delivery_status_id_idx" ON "delivery"("status", "id");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_lane_id_key_key" ON "delivery"("lane_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "attempt_delivery_id_number_key" ON "attempt"("delivery_id", "number");

-- AddForeignKey
ALTER TABLE "remote_chat" ADD CONSTRAINT "remote_chat_lane_id_fkey" FOREIGN KEY ("lane_id") REFERENCES "lane"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_lane_id_fkey" FOREIGN KEY ("lane_id") REFERENCES "lane"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "delivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;


