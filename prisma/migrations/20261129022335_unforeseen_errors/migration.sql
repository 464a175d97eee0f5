-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "unforeseen" INTEGER NOT NULL DEFAULT 0;


