/** A started chat as the destination needs it back: `state` is its own, stored encrypted. */
export interface StartedChat {
  remoteId: string;
  state: unknown;
}

export interface RemoteChat extends StartedChat {
  /**
   * Changes the stored state and resolves with what is stored then; for rotated tokens. A sender and a listener may
   * change it at the same time: `change` gets what is stored at that moment, must be pure, and may be called again.
   */
  updateState(change: (stored: unknown) => unknown): Promise<unknown>;
}
