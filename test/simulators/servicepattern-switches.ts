/** How this server behaves where servers differ; a test changes them at any time. */
export interface ServicepatternSwitches {
  versions: string[];
  /** Within the opening hours. */
  open: boolean;
  /** What the entry expects to be told, by name; undefined: a server without that call. */
  expectedParameters: Record<string, string> | undefined;
  /** The wiki says 401, the collection 403. */
  refusalStatus: 401 | 403;
  /** How long a poll without news is held; seconds in reality. */
  holdMs: number;
  /** What such a poll is answered with: an empty list, an empty body, or the code for it. */
  emptyPoll: 'list' | 'nothing' | 'code';
  /** How long a caller that hung up still counts as polling. */
  noticesHangUpAfterMs: number;
  /** What v1 answers to Send Events: nothing new, what the next poll says too, or what no poll says any more. */
  postAnswers: 'empty' | 'copy' | 'only';
  /** Request Chat as its documentation also prints it: text for a boolean, no `ewt`. */
  answersLoosely: boolean;
  /** History shows ids of the server's own in place of ours. */
  renamesMsgIds: boolean;
  /** HTTP 500 to a file event with a message id. */
  refusesFileMsgIds: boolean;
  fileLimitBytes: number;
  /** Files lie at `/clientweb/file/` only. */
  filesElsewhere: boolean;
  historyAfterEnd: boolean;
}

export const defaultSwitches = (): ServicepatternSwitches => ({
  versions: ['v1', 'v2'],
  open: true,
  expectedParameters: {},
  refusalStatus: 401,
  holdMs: 150,
  emptyPoll: 'list',
  noticesHangUpAfterMs: 0,
  postAnswers: 'empty',
  answersLoosely: false,
  renamesMsgIds: false,
  refusesFileMsgIds: false,
  fileLimitBytes: 25 * 1024 * 1024,
  filesElsewhere: false,
  historyAfterEnd: true,
});
