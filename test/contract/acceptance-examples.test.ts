import { expect, test } from '@jest/globals';
import { projectFile } from '../deploy/project-file.ts';

/**
 * Where each acceptance example at the end of the three contracts is proven: its number, the file, and how the test's
 * title (or its row in a table of cases) begins.
 */
const PROOFS = {
  xm: [
    [1, 'destinations/xm-start', '1. Captcha:'],
    [2, 'destinations/xm-start', '2. Start:'],
    [3, 'destinations/xm-start', '3. Wrong captcha:'],
    [4, 'destinations/xm-start', '4. Missing field:'],
    [5, 'destinations/xm-receive', '5. Idle sync:'],
    [6, 'destinations/xm-receive', '6. Agent reply:'],
    [7, 'destinations/xm-receive', '7. Plain-text agent replies'],
    [8, 'destinations/xm-receive', '8. Internal note:'],
    [9, 'destinations/xm-receive', '9. Own echo:'],
    [12, 'destinations/xm-end', '12. Send:'],
    [14, 'destinations/xm-tokens', '14. Expired token: two calls failing together'],
    [16, 'destinations/xm-tokens', '16. Refresh token gone:'],
    [18, 'destinations/xm-end', '18. Chat gone:'],
    [19, 'destinations/xm-receive', '19. Typing:'],
    [20, 'destinations/xm-end', '20. Agent leaves:'],
    [21, 'destinations/xm-files', '21. Agent sends file:'],
    [22, 'destinations/xm-end', '22. Visitor closes:'],
    [23, 'destinations/xm-receive', '23. Server error:'],
  ],
  thulium: [
    [1, 'destinations/thulium-calls', '1: a start'],
    [2, 'destinations/thulium-calls', "[2, 400, 'chat_queue_id is required.'"],
    [3, 'destinations/thulium-calls', "[3, 401, 'Unauthorized.'"],
    [4, 'destinations/thulium-check', '4: the missing right to'],
    [5, 'destinations/thulium-calls', '5: a text arrives'],
    [6, 'destinations/thulium-order', '6: of two texts'],
    [8, 'destinations/thulium-receive', '8: a chat that waits'],
    [9, 'destinations/thulium-receive', "9: an agent's answer"],
    [11, 'destinations/thulium-receive', '11: an author nobody has heard of'],
    [12, 'destinations/thulium-receive', '12: other names for text and time'],
    [14, 'callbacks/thulium-callbacks', '14: the start of a conversation'],
    [15, 'callbacks/thulium-callbacks', '15: an agent who takes the chat'],
    [16, 'callbacks/thulium-callbacks', '16: the end of a conversation'],
    [17, 'callbacks/thulium-callbacks', '17: an unknown conversation'],
    [19, 'destinations/thulium-calls', '19: an end is carried out once'],
    [20, 'destinations/thulium-calls', '20: a text after the end'],
    [21, 'destinations/thulium-list', '21: a limit tells'],
    [22, 'destinations/thulium-list', '22: when the list with the queue filter'],
    [23, 'destinations/thulium-webhooks', '23: a webhook is made'],
    [24, 'destinations/thulium-calls', '24: a file of the visitor'],
  ],
  servicepattern: [
    [1, 'destinations/servicepattern-sending', '1. Closed:'],
    [2, 'simulators/servicepattern-simulator', '§9 2. No auth'],
    [3, 'destinations/servicepattern-sending', '3. Request chat:'],
    [4, 'destinations/servicepattern-sending', '4. Repeat:'],
    [5, 'destinations/servicepattern-sending', '5. No ewt'],
    [6, 'destinations/servicepattern-sending', '6. Active chat:'],
    [7, 'destinations/servicepattern-receiving', '7. Empty poll'],
    [9, 'destinations/servicepattern-receiving', '9. Queue and bot:'],
    [10, 'destinations/servicepattern-receiving', '10. Agent joins and writes:'],
    [12, 'destinations/servicepattern-sending', '12. Visitor text:'],
    [13, 'destinations/servicepattern-receiving', '§9 13. events in the answer'],
    [15, 'destinations/servicepattern-receiving', '15. Typing'],
    [16, 'destinations/servicepattern-receiving', '16. Agent file:'],
    [17, 'destinations/servicepattern-sending', '17. 26 MB'],
    [18, 'destinations/servicepattern-receiving', '18. Timeout warning'],
    [19, 'destinations/servicepattern-receiving', '19. Agent ends:'],
    [20, 'destinations/servicepattern-receiving', '20. Status'],
    [21, 'destinations/servicepattern-sending', '21. Visitor ends:'],
    [23, 'destinations/servicepattern-receiving', '23. Transfer:'],
    [24, 'destinations/servicepattern-receiving', '24. Unknown events'],
    [26, 'destinations/servicepattern-sending', '26. No server takes the chat:'],
    [27, 'destinations/servicepattern-receiving', '27. Free-text form'],
    [28, 'simulators/servicepattern-simulator', '§9 28. Only v2 has a version'],
  ],
} as const;

const rows = Object.entries(PROOFS).flatMap(([contract, proofs]) =>
  proofs.map(([number, file, begins]) => ({ contract, number, file, begins })),
);

test.each(rows)('$contract, example $number: $begins', ({ file, begins }) => {
  expect(projectFile(`test/${file}.test.ts`)).toContain(begins);
});

test('No number of a contract is there twice', () => {
  const names = rows.map(({ contract, number }) => `${contract} ${number}`);
  expect(new Set(names).size).toBe(names.length);
});
