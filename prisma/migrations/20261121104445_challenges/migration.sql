-- CreateTable
CREATE TABLE "challenge" (
    "lane_id" TEXT NOT NULL,
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "captcha_id" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "answer" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "challenge_pkey" PRIMARY KEY ("lane_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "challenge_id_key" ON "challenge"("id");

-- AddForeignKey
ALTER TABLE "challenge" ADD CONSTRAINT "challenge_lane_id_fkey" FOREIGN KEY ("lane_id") REFERENCES "lane"("id") ON DELETE CASCADE ON UPDATE CASCADE;
