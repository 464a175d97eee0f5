import { type Config, readConfig } from '../../src/config.ts';

export const SECRET = 'yourSecretToken';
export const ADMIN_TOKEN = 'test-admin-token-0123456789abcdefgh';
export const ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

/** The smallest environment the service starts with, on a free loopback port. */
export const TEST_ENVIRONMENT: NodeJS.ProcessEnv = {
  PORT: '0',
  HOST: '127.0.0.1',
  IADVIZE_SECRET_TOKENS: SECRET,
  ENCRYPTION_KEYS,
  ADMIN_TOKEN,
  ALLOW_PRIVATE_UPSTREAMS: 'true',
  // Tests that are about it switch it on.
  RECONCILE_MINUTES: '0',
};

export function testConfig(changes: NodeJS.ProcessEnv = {}): Config {
  return readConfig({ ...TEST_ENVIRONMENT, ...changes });
}
