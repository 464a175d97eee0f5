-- AlterTable
ALTER TABLE "destination_health" ADD COLUMN     "last_failed_lane" INTEGER,
ADD COLUMN     "try_free_at" TIMESTAMPTZ(6),
ADD COLUMN     "try_spacing_ms" DOUBLE PRECISION;


