import type { Prisma } from '../generated/prisma/client.ts';
import type { Database } from '../persistence/database.ts';
import { BARE_TOMBSTONE } from '../persistence/event-tombstone.ts';
import type { SealedColumn } from '../persistence/seal-anew.ts';
import type { SecretBox } from '../persistence/secret-box.ts';
import type { Secrets } from './setting-secrets.ts';
import type { Platform } from './website-ref.ts';

/** An installation as it is stored; `open` holds the settings without their secrets. */
export interface StoredInstallation {
  id: string;
  platform: Platform;
  websiteId: number;
  label: string;
  active: boolean;
  clientId?: string;
  open: object;
  secrets: Secrets;
  hasKey: boolean;
  fileHash?: string;
  createdAt: Date;
  updatedAt: Date;
}

export type NewInstallation = Omit<StoredInstallation, 'hasKey' | 'createdAt' | 'updatedAt' | 'active'> & {
  keyHash?: string;
};

export interface InstallationStore {
  /** False when an installation of that id is there already. */
  insert(installation: NewInstallation): Promise<boolean>;
  /**
   * Replaces label and settings; false when there is none of that id, or when it was changed since `unchangedSince`, its
   * `updatedAt` as it was read.
   */
  replace(installation: NewInstallation, unchangedSince?: Date): Promise<boolean>;
  setKeyHash(id: string, keyHash: string): Promise<boolean>;
  find(id: string): Promise<StoredInstallation | undefined>;
  /** Another one after every change of the row; undefined when there is none of that id. */
  versionOf(id: string): Promise<string | undefined>;
  findByKeyHash(keyHash: string): Promise<StoredInstallation | undefined>;
  list(after: string | undefined, limit: number): Promise<StoredInstallation[]>;
  idsOfClient(clientId: string): Promise<string[]>;
  /** Removes it with its conversations; the raw events stay as empty tombstones, so that old webhooks stay duplicates. */
  remove(id: string): Promise<boolean>;
}

type Row = Prisma.InstallationGetPayload<object>;

const purposeOf = (id: string): string => `installation/${id}`;

export const INSTALLATION_SECRETS: SealedColumn = { table: 'installation', column: 'secrets', purposeOf };

export function createInstallationStore(database: Database, secretBox: SecretBox): InstallationStore {
  const { prisma } = database;

  function toColumns(installation: NewInstallation) {
    const { id, label, clientId, open, secrets, keyHash, fileHash } = installation;
    return {
      label,
      settings: open as Prisma.InputJsonObject,
      secrets: secretBox.seal(JSON.stringify(secrets), purposeOf(id)),
      ...(clientId !== undefined && { clientId: BigInt(clientId) }),
      ...(keyHash !== undefined && { keyHash }),
      ...(fileHash !== undefined && { fileHash }),
    };
  }

  function fromRow(row: Row): StoredInstallation {
    return {
      id: row.id,
      platform: row.platform as Platform,
      websiteId: Number(row.websiteId),
      label: row.label,
      active: row.active,
      ...(row.clientId !== null && { clientId: String(row.clientId) }),
      open: row.settings as object,
      secrets: JSON.parse(secretBox.open(row.secrets, purposeOf(row.id))) as Secrets,
      hasKey: row.keyHash !== null,
      ...(row.fileHash !== null && { fileHash: row.fileHash }),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }

  return {
    async insert(installation) {
      const { id, platform, websiteId } = installation;
      const data = { id, platform, websiteId: BigInt(websiteId), ...toColumns(installation) };
      const { count } = await prisma.installation.createMany({ data: [data], skipDuplicates: true });
      return count === 1;
    },
    async replace(installation, unchangedSince) {
      // Always later than what was read, so that two writers within one millisecond notice each other.
      const updatedAt = new Date(Math.max(Date.now(), (unchangedSince?.getTime() ?? 0) + 1));
      const where = { id: installation.id, ...(unchangedSince && { updatedAt: unchangedSince }) };
      const data = { ...toColumns(installation), updatedAt };
      const { count } = await prisma.installation.updateMany({ where, data });
      return count === 1;
    },
    async setKeyHash(id, keyHash) {
      const { count } = await prisma.installation.updateMany({ where: { id }, data: { keyHash } });
      return count === 1;
    },
    async find(id) {
      const row = await prisma.installation.findUnique({ where: { id } });
      return row ? fromRow(row) : undefined;
    },
    async versionOf(id) {
      const statement = `SELECT xmin::text || '/' || ctid::text AS version FROM installation WHERE id = $1`;
      return (await database.query<{ version: string }>(statement, [id]))[0]?.version;
    },
    async findByKeyHash(keyHash) {
      const row = await prisma.installation.findUnique({ where: { keyHash } });
      return row ? fromRow(row) : undefined;
    },
    async list(after, limit) {
      const where = after === undefined ? {} : { id: { gt: after } };
      return (await prisma.installation.findMany({ where, orderBy: { id: 'asc' }, take: limit })).map(fromRow);
    },
    async idsOfClient(clientId) {
      const where = { clientId: BigInt(clientId), active: true };
      return (await prisma.installation.findMany({ where, select: { id: true } })).map((row) => row.id);
    },
    async remove(id) {
      const [, , , , { count }] = await prisma.$transaction([
        prisma.$executeRawUnsafe(
          `UPDATE event SET ${BARE_TOMBSTONE} WHERE installation_id = $1 AND erased_at IS NULL`,
          id,
        ),
        prisma.lane.deleteMany({ where: { installationId: id } }),
        prisma.conversation.deleteMany({ where: { installationId: id } }),
        prisma.operator.deleteMany({ where: { installationId: id } }),
        prisma.installation.deleteMany({ where: { id } }),
        // Not live any more at once; the catalogue's sweep removes their rows.
        prisma.feedImport.updateMany({ where: { installationId: id }, data: { status: 'replaced' } }),
        prisma.destinationHealth.deleteMany({ where: { installationId: id } }),
        prisma.profileAction.deleteMany({ where: { conversationId: { startsWith: `${id}:` } } }),
      ]);
      return count === 1;
    },
  };
}
