-- CreateIndex
CREATE INDEX "conversation_same_as_idx" ON "conversation"("same_as");


