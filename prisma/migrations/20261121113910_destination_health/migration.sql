-- CreateTable
CREATE TABLE "destination_health" (
    "scope" TEXT NOT NULL,
    "installation_id" TEXT NOT NULL,
    "destination_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_code" TEXT,
    "opened_at" TIMESTAMPTZ(3),
    "next_trial_at" TIMESTAMPTZ(3),
    "throttled_until" TIMESTAMPTZ(3),
    "spread_ms" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "destination_health_pkey" PRIMARY KEY ("scope")
);


