-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "repeat_of" BIGINT,
ADD COLUMN     "replayed_at" TIMESTAMPTZ(3),
ADD COLUMN     "resend_after" INTEGER;


