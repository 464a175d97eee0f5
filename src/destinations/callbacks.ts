/** Basic auth that a chat system's calls to us carry. */
export interface CallbackCredentials {
  user: string;
  /** Never log it. */
  password: string;
}

/** A call says that there is something to read in this chat; what it is, reading tells. */
export interface CallbackHint {
  remoteId: string;
}

/** How a chat system's calls to `/callbacks/<installation>/<destination>` are judged. Calls are hints, nothing more. */
export interface Callbacks {
  /** What callers must show; undefined where these settings let nobody in. Throws ZodError when they do not fit. */
  credentials(settings: unknown): CallbackCredentials | undefined;
  /** Reads the members of a body, JSON or form; undefined when nothing follows from it. Never throws. */
  readHint(fields: Readonly<Record<string, unknown>>): CallbackHint | undefined;
}
