import net from 'node:net';

/**
 * Writes at the end of the turn what was corked within it, all in one: statements that are sent one behind the other
 * cost one system call then, and wake the database once.
 */
export class GatheringSocket extends net.Socket {
  override uncork(): void {
    process.nextTick(() => super.uncork());
  }
}
