/**
 * How long after its last page an agent's walk stays on the import it began with. Rows of a replaced import are kept for
 * ten minutes at least.
 */
const PIN_MS = 5 * 60_000;
const LONGEST_WALK_MS = 9 * 60_000;
const MOST_PINS = 20_000;
/** Beginning with a Map's oldest entry means to step over all that were deleted: it is done for many at once. */
const SWEEP_EVERY_MS = 1_000;
const KEPT_PINS = 18_000;

interface Pin {
  importId: string;
  startedAt: number;
  usedAt: number;
}

/** Remembers which import the pages of a walk come from: the one that its first page came from. */
export interface WalkPins {
  start(walk: string, importId: string): void;
  /** The import of this walk; undefined for one that never began here, or too long ago. */
  find(walk: string): string | undefined;
  isPinned(importId: string): boolean;
}

/** `now` in milliseconds. */
export function createWalkPins(now: () => number = Date.now): WalkPins {
  // In the order of their last use, so that the first is the first to end.
  const pins = new Map<string, Pin>();
  const lastUse = new Map<string, number>();
  let sweptAt = -Infinity;

  function put(walk: string, pin: Pin): void {
    pins.delete(walk);
    pins.set(walk, pin);
    lastUse.set(pin.importId, pin.usedAt);
  }

  function sweep(at: number): void {
    sweptAt = at;
    const most = pins.size > MOST_PINS ? KEPT_PINS : MOST_PINS;
    for (const [oldest, { usedAt }] of pins) {
      if (pins.size <= most && at - usedAt < PIN_MS) break;
      pins.delete(oldest);
    }
  }

  return {
    start(walk, importId) {
      const at = now();
      put(walk, { importId, startedAt: at, usedAt: at });
      if (pins.size > MOST_PINS || Math.abs(at - sweptAt) >= SWEEP_EVERY_MS) sweep(at);
    },
    find(walk) {
      const pin = pins.get(walk);
      const at = now();
      if (!pin || at - pin.usedAt >= PIN_MS || at - pin.startedAt >= LONGEST_WALK_MS) return undefined;
      put(walk, { ...pin, usedAt: at });
      return pin.importId;
    },
    isPinned(importId) {
      const pinned = now() - (lastUse.get(importId) ?? -Infinity) < PIN_MS;
      if (!pinned) lastUse.delete(importId);
      return pinned;
    },
  };
}
