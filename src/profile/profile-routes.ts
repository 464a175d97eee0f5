import { type Request, Router } from 'express';
import { HttpError } from '../http/errors.ts';
import { localeChain } from '../installations/operator-locale.ts';
import { type FindTenant, memberOf } from '../installations/plugin-tenant.ts';
import type { AgentLanguages } from './agent-languages.ts';
import { chooseLocale, labelsOf } from './labels.ts';
import { presentProfile } from './present-profile.ts';
import { type ActionDependencies, carryOutAction } from './profile-actions.ts';
import { profileActionBody, visitorProfileQuery } from './profile-schemas.ts';
import { readProfile } from './read-profile.ts';

/** The visitor profile and its actions (product 3). Mount behind the raw body and the signature check. */
export function profileRoutes(
  findTenant: FindTenant,
  languages: AgentLanguages,
  dependencies: ActionDependencies,
): Router {
  const router = Router();

  router.get('/iadvize/visitor-profile', async (request, response) => {
    response.set('Cache-Control', 'no-store');
    const query = visitorProfileQuery.parse(membersOf(request.query, visitorProfileQuery));
    const installation = await findTenant(query);
    if (!installation) return void response.json([]);
    const { settings, id } = installation;
    languages.remember(id, query.idOperator, query.operatorLocale);
    const asked = {
      email: query.emailVisitor?.toLowerCase(),
      externalId: query.idVisitorExternal,
      visitorId: query.idVisitorUnique,
    };
    const { profile, late, failed } = await readProfile(asked, id, dependencies.sources, dependencies.budgetMs);
    if (late.length > 0) request.logFields.lateSources = late.join(',');
    if (failed.length > 0) request.logFields.failedSources = failed.join(',');
    if (!profile) return void response.json([]);
    const fields = presentProfile(profile, {
      locale: chooseLocale(localeChain(query.operatorLocale, settings.locale)),
      timeZone: settings.timeZone,
      crmUrlTemplate: settings.profile?.crmUrlTemplate,
      actions: settings.consoleFeatures?.includes('ACTION') === true,
    });
    response.json(fields);
  });

  router.post('/iadvize/visitor-profile/actions', async (request, response) => {
    response.set('Cache-Control', 'no-store');
    const body = profileActionBody.parse(membersOf(readMembers(request), profileActionBody));
    const installation = await findTenant(body);
    const spoken = installation && languages.of(installation.id, body.idOperator);
    const labels = labelsOf(chooseLocale(localeChain(spoken, installation?.settings.locale)));
    // The console shows the sentence; an error's status would show nothing.
    if (!installation) return void response.json({ success: false, message: labels.unknownAction });
    const asked = {
      action: body.action,
      conversation: body.idConversation,
      visitorId: body.idVisitorUnique,
      operatorId: body.idOperator,
    };
    response.json(await carryOutAction(asked, installation, labels, dependencies));
  });

  return router;
}

function membersOf(given: Readonly<Record<string, unknown>>, { shape }: { shape: object }): Record<string, unknown> {
  return Object.fromEntries(Object.keys(shape).map((name) => [name, memberOf(given, name)]));
}

/** The content type of an action is documented nowhere: a form where it says so, else JSON. Throws 400. */
function readMembers(request: Request): Record<string, unknown> {
  const body = request.rawBody.toString('utf8');
  if (request.is('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body));
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The one sentence below says it.
  }
  throw new HttpError('invalid-json', 'The body must be a JSON object or a form.');
}
