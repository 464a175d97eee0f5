/** What the admin API answered; `body` is parsed JSON. */
export interface AdminAnswer {
  status: number;
  body: unknown;
}

/** A sentence for the terminal, without a stack. */
export class CommandError extends Error {}

export interface AdminClient {
  get(path: string): Promise<AdminAnswer>;
  /** `body` as it is sent; a stream is sent as it is read. */
  post(path: string, contentType: string, body: string | ReadableStream): Promise<AdminAnswer>;
}

/**
 * Calls `/admin/api` of the running service with ADMIN_TOKEN from the environment.
 * @throws CommandError when the token is missing, and from calls when nothing answers there
 */
export function createAdminClient(server: string, environment: NodeJS.ProcessEnv): AdminClient {
  const token = environment['ADMIN_TOKEN'] ?? '';
  if (token === '') throw new CommandError('Set ADMIN_TOKEN in the environment to the token of the service.');
  if (!URL.canParse(server)) throw new CommandError('--server must be an address such as http://localhost:8080.');
  const base = `${server.replace(/\/+$/, '')}/admin/api`;

  async function call(path: string, init: RequestInit): Promise<AdminAnswer> {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) };
    try {
      const response = await fetch(`${base}${path}`, { ...init, headers });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    } catch (error) {
      throw new CommandError(`No usable answer from ${server}. Is the service running there?`, { cause: error });
    }
  }

  return {
    get: (path) => call(path, { method: 'GET' }),
    post: (path, contentType, body) =>
      call(path, { method: 'POST', body, headers: { 'content-type': contentType }, duplex: 'half' }),
  };
}
