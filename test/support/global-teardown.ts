/** Jest calls this after the last test file. */
export default async function globalTeardown(): Promise<void> {
  await (globalThis as { undoTestDatabase?: () => Promise<void> }).undoTestDatabase?.();
}
