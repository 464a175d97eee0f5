-- CreateTable
CREATE TABLE "feed_import" (
    "id" BIGSERIAL NOT NULL,
    "installation_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "failure" TEXT,
    "detail" TEXT,
    "items" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "problems" JSONB NOT NULL DEFAULT '[]',
    "bytes_read" BIGINT NOT NULL DEFAULT 0,
    "etag" TEXT,
    "last_modified" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "feed_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "import_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "product_url" TEXT NOT NULL,
    "image_url" TEXT NOT NULL,
    "brand" TEXT,
    "description" TEXT NOT NULL,
    "short_description" TEXT,
    "reference" TEXT NOT NULL,
    "available" BOOLEAN,
    "price" TEXT,
    "sale_price" TEXT,
    "sale_from" TIMESTAMPTZ(3),
    "sale_to" TIMESTAMPTZ(3),
    "currency" TEXT,
    "category_id" TEXT,

    CONSTRAINT "product_pkey" PRIMARY KEY ("import_id","ordinal")
);

-- CreateTable
CREATE TABLE "category" (
    "import_id" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "parent_id" TEXT,
    "label" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,

    CONSTRAINT "category_pkey" PRIMARY KEY ("import_id","id")
);

-- CreateTable
CREATE TABLE "customer" (
    "import_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "email" TEXT,
    "external_id" TEXT,
    "fields" JSONB NOT NULL,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("import_id","ordinal")
);

-- CreateTable
CREATE TABLE "profile_action" (
    "conversation_id" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "success" BOOLEAN NOT NULL,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profile_action_pkey" PRIMARY KEY ("conversation_id","action")
);

-- CreateIndex
CREATE INDEX "feed_import_installation_id_kind_id_idx" ON "feed_import"("installation_id", "kind", "id");

-- CreateIndex
CREATE UNIQUE INDEX "product_import_id_id_key" ON "product"("import_id", "id");

-- CreateIndex
CREATE INDEX "customer_import_id_email_idx" ON "customer"("import_id", "email");

-- CreateIndex
CREATE INDEX "customer_import_id_external_id_idx" ON "customer"("import_id", "external_id");


