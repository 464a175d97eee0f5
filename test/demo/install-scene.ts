import type { Checks } from './checks.ts';
import type { DemoWorld } from './demo-world.ts';
import { detail, heading, say } from './narrator.ts';
import type { Verdict } from './plugin-calls.ts';
import { seenChats } from './remote-chats.ts';

interface ShownDestination {
  id: string;
  type: string;
  role?: string;
  settings: Record<string, unknown>;
}

interface ShownInstallation {
  id: string;
  destinations?: ShownDestination[];
}

/** The operator creates the installation; the client's administrator fills in the marketplace's form, not at once right. */
export async function playInstallation(world: DemoWorld, { check }: Checks): Promise<void> {
  heading('First act: the client installs the connector');
  const { service, plugin, credentials, shop, thulium, xm, servicepattern } = world;
  const created = await service.admin('POST', '/installations', world.installation);
  if (created.status !== 201) throw new Error(`installing was refused: ${await created.text()}`);
  const { id, installationKey } = (await created.json()) as { id: string; installationKey: string };
  const shown = async (): Promise<ShownInstallation> =>
    (await (await service.admin('GET', `/installations/${id}`)).json()) as ShownInstallation;
  say('operator', `creates "${world.installation.label}" (${id}) and hands its key to the client`);

  const right = {
    installation_key: installationKey,
    thulium_system: thulium.url,
    thulium_api_user: credentials.thulium.apiUser,
    thulium_api_password: credentials.thulium.apiPassword,
    xm_base_url: xm.url,
    xm_captcha_id: credentials.captcha.captchaId,
    xm_captcha: credentials.captcha.captcha,
    servicepattern_base_url: servicepattern.url,
    servicepattern_tenant_url: credentials.servicepattern.tenantUrl,
    servicepattern_app_id: credentials.servicepattern.appId,
    iadvize_api_key: credentials.restApiKey,
  };
  const logins = await plugin.verify('authentication', { ...right, thulium_api_password: 'Wiosna2024' });
  tell('step 1, with last year’s Thulium password', logins.body);
  check(onlyFault(logins.body, 'thulium_api_password'), 'the wrong password is caught, and no other field is blamed');
  const keys = await plugin.verify('authentication', {
    ...right,
    installation_key: `${installationKey}x`,
  });
  tell('step 1, with a letter too many in the installation key', keys.body);
  check(onlyFault(keys.body, 'installation_key'), 'the wrong key is caught, though every password is right');
  check(((await shown()).destinations ?? []).length === 0, 'nothing was stored so far');

  const good = await plugin.verify('authentication', right);
  tell('step 1, all of it right', good.body);
  check(good.body.isValid, 'Thulium, XM, ServicePattern and iAdvize were asked, and let it pass');

  const queues = await plugin.get<{ label: string; value: string }[]>(
    '/iadvize/parameters/thulium_chat_queue_id/options',
    { idWebsite: id },
  );
  say('admin', `may pick a Thulium queue: ${queues.body.map(({ label, value }) => `${label} (${value})`).join(', ')}`);
  const [queue] = queues.body;
  check(
    queues.body.length > 0 && queues.body.every(({ value }) => value !== ''),
    'the picker offers Thulium’s own queues',
  );

  const settings = await plugin.verify('settings', {
    installation_key: installationKey,
    thulium_chat_queue_id: queue?.value ?? '',
    xm_department_id: '1',
    catalogue_url: shop.url,
    currency: 'PLN',
    locale: 'pl-PL',
  });
  tell('step 2: queue, department, catalogue, currency, language', settings.body);
  check(settings.body.isValid, 'the queue exists and the catalogue can be read');

  const stored = await shown();
  const systems = stored.destinations?.map(({ type }) => type).sort();
  check(
    String(systems) === 'servicepattern,thulium,xm',
    `all three chat systems are installed (${systems?.join(', ') ?? 'none'})`,
  );
  const { thulium: login, captcha, servicepattern: app, restApiKey } = credentials;
  const secrets = [login.apiPassword, captcha.captcha, app.appId, restApiKey];
  check(!secrets.some((secret) => JSON.stringify(stored).includes(secret)), 'the API shows none of the secrets again');
  check(seenChats(world).length === 0, 'no chat was opened to try them out');
  await setRoles(world, stored);
}

/** Roles and timings are the operator's. Secrets go back masked, as they came, and stay what they are. */
async function setRoles({ service, quick }: DemoWorld, stored: ShownInstallation): Promise<void> {
  const destinations = stored.destinations?.map((one) => ({
    ...one,
    role: one.type === 'thulium' ? 'primary' : 'watcher',
    settings: { ...one.settings, ...quick[one.type] },
  }));
  const answer = await service.admin('PUT', `/installations/${stored.id}`, { ...stored, destinations });
  if (answer.status !== 200) throw new Error(`changing the roles was refused: ${await answer.text()}`);
  say('operator', 'makes Thulium the primary, and XM and ServicePattern watchers');
}

function tell(what: string, { isValid, message, fields = [] }: Verdict): void {
  say('admin', `${what}: ${isValid ? 'accepted' : 'refused'}`);
  for (const { id, message: sentence } of fields) detail(`${id}: "${sentence}"`);
  if (message !== undefined && message !== '') detail(`"${message}"`);
}

function onlyFault({ isValid, fields = [] }: Verdict, id: string): boolean {
  return !isValid && fields.length === 1 && fields[0]?.id === id && /^[A-Z].{20,}\.$/.test(fields[0].message);
}
