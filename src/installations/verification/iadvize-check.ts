import { fault, fine, type Finding } from '../../destinations/finding.ts';
import type { Installation } from '../installations.ts';
import { type AskRestKey, checkApiKey } from './plain-field.ts';

/** Tries a GraphQL login. `deadline` on the clock of `performance.now()`, in ms. Throws nothing on purpose. */
export type AskGraphqlLogin = (
  credentials: { username: string; password: string },
  deadline: number,
) => Promise<'works' | 'refused' | 'unavailable'>;

export interface IadvizeQuestions {
  askRestKey: AskRestKey;
  askGraphqlLogin: AskGraphqlLogin;
}

/** What iAdvize says to an installation's REST key and GraphQL login, asked at the same time. */
export async function checkIadvize(
  installation: Pick<Installation, 'settings' | 'platform' | 'websiteId'>,
  questions: IadvizeQuestions,
  deadline: number,
): Promise<Finding[]> {
  const [rest, graphql] = await Promise.all([
    checkRest(installation, questions, deadline),
    checkGraphql(installation, questions, deadline),
  ]);
  return [...rest, ...graphql];
}

async function checkRest(
  { settings, platform, websiteId }: Pick<Installation, 'settings' | 'platform' | 'websiteId'>,
  { askRestKey }: IadvizeQuestions,
  deadline: number,
): Promise<Finding[]> {
  const { restApiKey, graphqlUsername, graphqlPassword } = settings.iadvize ?? {};
  if (restApiKey !== undefined) return checkApiKey(askRestKey(restApiKey, { platform, websiteId }, deadline));
  const hasLogin = graphqlUsername !== undefined && graphqlPassword !== undefined;
  const sentence = 'There is no iAdvize REST key: visitors and transcripts cannot be read over REST.';
  return [
    hasLogin ? fine('not-configured', sentence) : fault('iadvize.restApiKey', 'missing', `${sentence} Ask for one.`),
  ];
}

async function checkGraphql(
  { settings }: Pick<Installation, 'settings'>,
  { askGraphqlLogin }: IadvizeQuestions,
  deadline: number,
): Promise<Finding[]> {
  const { graphqlUsername: username, graphqlPassword: password } = settings.iadvize ?? {};
  if (username === undefined && password === undefined) {
    if (settings.closingForm === undefined) return [];
    const sentence = 'There is no iAdvize GraphQL login: what agents answer in the closing form cannot be read.';
    return [fault('iadvize.graphqlUsername', 'missing', `${sentence} Enter one.`)];
  }
  if (username === undefined || password === undefined) {
    const field = username === undefined ? 'iadvize.graphqlUsername' : 'iadvize.graphqlPassword';
    return [fault(field, 'missing', 'The iAdvize GraphQL login needs both a user name and a password.')];
  }
  switch (await askGraphqlLogin({ username, password }, deadline)) {
    case 'works':
      return [fine('works', 'iAdvize accepts the GraphQL login.')];
    case 'refused': {
      const sentence = 'iAdvize refused the GraphQL login. Check its user name and password.';
      return [fault('iadvize.graphqlPassword', 'credentials-refused', sentence)];
    }
    case 'unavailable': {
      const sentence = 'iAdvize did not answer the GraphQL login in time, or not as it should. Try again.';
      return [fault('iadvize.graphqlUsername', 'no-answer', sentence)];
    }
  }
}
