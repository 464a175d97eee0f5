import { signQuery } from '../simulators/iadvize-signature.ts';
import { KURTKA, WEBSITE } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { heading } from './narrator.ts';
import { profileQuery } from './visitor-scene.ts';

/** Addresses and calls for whoever wants to try it themselves while everything runs on. */
export function showHowToGoOn(world: DemoWorld): void {
  const { service, environment, thulium, xm, servicepattern, rest, shop } = world;
  const { IADVIZE_SECRET_TOKENS: secret, ADMIN_TOKEN: token } = environment;
  const website = `idWebsite=ha-${WEBSITE}`;
  const signed = (path: string, query: string): string =>
    `  curl -sw '\\n' '${service.url}/iadvize/${path}?${query}' -H 'X-iAdvize-Signature: ${signQuery(secret, query)}'`;
  const profile = new URLSearchParams(profileQuery(KURTKA.number, KURTKA.person.email, 'pl')).toString();
  heading('Still running; Ctrl-C ends it');
  console.log(`service   ${service.url}/health
thulium   ${thulium.url}   xm   ${xm.url}   servicepattern   ${servicepattern.url}
iAdvize   ${rest.url}   feed   ${shop.url}

What an agent sees: products, categories, a profile, the closing form.
${signed('products', `${website}&searchQuery=zolta+kurtka&limit=2`)}
${signed('categories', website)}
${signed('visitor-profile', profile)}
${signed('closing-options', `${website}&operatorLocale=fr`)}

The same with a query of your own (the signature is over the query as it is written):
  query='${website}&searchQuery=buty&limit=3'
  curl -sw '\\n' "${service.url}/iadvize/products?$query" \\
    -H "X-iAdvize-Signature: sha256=$(printf %s "$query" | openssl dgst -sha256 -hmac ${secret} | sed 's/.* //')"

Send a webhook of your own:
  body='{"eventId":"'$(cat /proc/sys/kernel/random/uuid)'","eventType":"conversation.started","platform":"ha","websiteId":123,"clientId":1,"conversationId":777,"operatorId":7,"channel":"chat","createdAt":"2026-01-01T10:00:00Z","sentAt":"2026-01-01T10:00:00Z"}'
  curl -i ${service.url}/iadvize/webhooks -H 'Content-Type: application/json' \\
    -H "X-iAdvize-Signature: sha256=$(printf %s "$body" | openssl dgst -sha256 -hmac ${secret} | sed 's/.* //')" -d "$body"

See what became of it, of the conversation that agents answered in, and of the catalogue:
  curl -sw '\\n' '${service.url}/admin/api/deliveries?conversation=777' -H 'Authorization: Bearer ${token}'
  curl -sw '\\n' '${service.url}/admin/api/conversations/${KURTKA.number}' -H 'Authorization: Bearer ${token}'
  curl -sw '\\n' '${service.url}/admin/api/installations/${world.installationId}/catalogue' -H 'Authorization: Bearer ${token}'`);
}
