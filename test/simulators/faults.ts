export interface FaultRequest {
  method: string;
  path: string;
  query: URLSearchParams;
}

export type FaultMatch = ((request: FaultRequest) => boolean) | { method?: string; path: RegExp };

interface FaultAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | object;
}

/**
 * What goes wrong with one request:
 * - `status`: refused with this answer, nothing is carried out
 * - `cut-before`: the line is cut, nothing is carried out
 * - `accept-then-cut`: carried out, the line is cut instead of an answer
 * - `status-after`: carried out, then this answer
 * - `delay`: carried out late, also when the caller has given up meanwhile
 * - `delay-after`: carried out at once, answered late
 */
export type FaultAction =
  | ({ kind: 'status' | 'status-after' } & FaultAnswer)
  | { kind: 'cut-before' | 'accept-then-cut' }
  | { kind: 'delay' | 'delay-after'; ms: number };

export type Fault = FaultAction & { match: FaultMatch; times?: number };

export interface Faults {
  add: (fault: Fault) => void;
  clear: () => void;
  /** The oldest switch that fits, used up by one; called once per request by the server kit. */
  take: (request: FaultRequest) => FaultAction | undefined;
}

export function createFaults(): Faults {
  let armed: { fault: Fault; left: number }[] = [];

  return {
    add(fault) {
      armed.push({ fault, left: fault.times ?? 1 });
    },
    clear() {
      armed = [];
    },
    take(request) {
      const found = armed.find(({ fault, left }) => left > 0 && matches(fault.match, request));
      if (!found) return undefined;
      found.left -= 1;
      armed = armed.filter(({ left }) => left > 0);
      return found.fault;
    },
  };
}

function matches(match: FaultMatch, request: FaultRequest): boolean {
  if (typeof match === 'function') return match(request);
  // search() ignores lastIndex, so an expression with the g flag behaves the same on every request.
  return (match.method === undefined || match.method === request.method) && request.path.search(match.path) >= 0;
}
