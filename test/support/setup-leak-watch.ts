import { afterEach } from '@jest/globals';
import { throwLeaks, watchAnswers } from './leak-watch.ts';

/** In every test file: nothing confidential in any log, figure or error body (G22). Services look once more when they stop. */
watchAnswers();
afterEach(throwLeaks);
