import type { Router } from 'express';
import { adminListPaths } from './admin/admin-list-paths.ts';
import { challengePaths } from './admin/challenge-paths.ts';
import { deliveryControlPaths } from './admin/delivery-control-paths.ts';
import { destinationHealthPaths } from './admin/destination-health-paths.ts';
import { eventReplayPaths } from './admin/event-replay-paths.ts';
import { metricsPaths } from './admin/metrics-paths.ts';
import { catalogueImportPaths } from './catalogue/catalogue-import-paths.ts';
import { conversationPaths } from './admin/conversation-paths.ts';
import { callbackPaths } from './callbacks/callback-paths.ts';
import { cataloguePaths } from './catalogue/catalogue-paths.ts';
import { closingFormPaths } from './closing-form/closing-form-paths.ts';
import { DESTINATION_TYPES } from './destinations/registry.ts';
import { filePaths } from './files/file-paths.ts';
import { docsPaths } from './http/openapi/docs-paths.ts';
import { docsRoutes } from './http/openapi/docs-routes.ts';
import { createOpenApiDocument } from './http/openapi/openapi-document.ts';
import type { Operation } from './http/openapi/operation.ts';
import { probePaths } from './http/probe-paths.ts';
import { installationPaths } from './installations/installation-paths.ts';
import { installationCheckPaths, verificationPaths } from './installations/verification/verification-paths.ts';
import { intakePaths } from './intake/intake-paths.ts';
import { privacyPaths } from './privacy/privacy-paths.ts';
import { profilePaths } from './profile/profile-paths.ts';

/** Everything this service answers, as its rooms declare it. */
export const OPERATIONS: readonly Operation[] = [
  ...cataloguePaths,
  ...profilePaths,
  ...closingFormPaths,
  ...verificationPaths,
  ...intakePaths,
  ...installationPaths(DESTINATION_TYPES),
  ...installationCheckPaths,
  ...catalogueImportPaths,
  ...adminListPaths,
  ...challengePaths,
  ...callbackPaths,
  ...conversationPaths,
  ...filePaths,
  ...deliveryControlPaths,
  ...eventReplayPaths,
  ...destinationHealthPaths,
  ...privacyPaths,
  ...metricsPaths,
  ...probePaths,
  ...docsPaths,
];

const INFO = {
  title: 'iAdvize connector',
  version: '0.1.0',
  description:
    'Carries iAdvize conversations into the client’s own chat systems, and shows iAdvize’s agents catalogue, profile and closing form. Every refusal is an `Error` that says what to do next.',
};

/** The OpenAPI document of this service and the page to read it. Public. */
export function openApiRouter(publicUrl: string): Router {
  const document = createOpenApiDocument(OPERATIONS, { info: INFO, publicUrl });
  const { pathname } = new URL(publicUrl);
  return docsRoutes(document, `${pathname === '/' ? '' : pathname}/openapi.json`);
}
