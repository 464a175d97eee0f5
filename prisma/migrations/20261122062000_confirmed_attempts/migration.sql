-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "confirmed_at" TIMESTAMPTZ(3);

