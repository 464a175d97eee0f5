import diagnostics from 'node:diagnostics_channel';
import type http from 'node:http';

interface App {
  router: { stack: Layer[] };
}

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every route of the service that listens there, in this process, as "GET /admin/api/installations/{id}". */
export async function appRoutes(serviceUrl: string): Promise<string[]> {
  const { router } = await listeningApp(serviceUrl);
  return routesOf(router.stack).sort();
}

/** Node tells which server a request came to; nothing of the service has to be opened up for it. */
async function listeningApp(serviceUrl: string): Promise<App> {
  const servers = new Set<http.Server>();
  const note = (message: unknown): void => void servers.add((message as { server: http.Server }).server);
  diagnostics.subscribe('http.server.request.start', note);
  await fetch(`${serviceUrl}/live`);
  diagnostics.unsubscribe('http.server.request.start', note);
  const [app] = [...servers].flatMap((server) => server.listeners('request'));
  if (servers.size !== 1 || app === undefined) throw new Error('another server was asked at the same time');
  return app as unknown as App;
}

function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return routesOf(handle.stack ?? []);
    // A route for OPTIONS is there so that nobody answers it.
    const named = Object.keys(route.methods).map((method) => method.toUpperCase());
    const methods = named.filter((method) => method !== 'OPTIONS');
    const paths = [route.path].flat().map((path) => path.replaceAll(/:(\w+)/g, '{$1}'));
    return paths.flatMap((path) => methods.map((method) => `${method} ${path}`));
  });
}
