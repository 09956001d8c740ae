import { type Stage, tokenFor } from './stage.js';

const CALLER = '10001';
const CALLEE = '20002';

/** One screen: where everything is, tokens that work, and lines that can be pasted. */
export async function printSummary({ running, say }: Stage): Promise<void> {
  const { uiUrl, logFile, temporalAddress, service } = running;
  const url = service.apiUrl ?? '';
  const caller = await tokenFor(running, CALLER);
  const callee = await tokenFor(running, CALLEE);
  const backend = await tokenFor(running, 'backend', true);
  const ui = uiUrl === undefined ? [] : [`Temporal UI  ${uiUrl}`];
  const where = [
    '',
    `API          ${url}`,
    `Docs         ${url}/docs`,
    ...ui,
    `Temporal     ${temporalAddress}`,
    `Log          ${logFile}`,
  ];
  const tokens =
    caller === undefined
      ? []
      : [
          '',
          `# Tokens of ${CALLER}, of ${CALLEE}, and of a backend that acts for users, for a day:`,
          `CALLER=${caller}`,
          `CALLEE=${callee}`,
          `BACKEND=${backend}`,
          '',
          `# ${CALLER} calls ${CALLEE}; accept with the call_id of the answer:`,
          curl(url, 'CALLER', 'session', {
            conversation_id: 1001,
            target_user_id: Number(CALLEE),
            call_type: 'video',
            biz_type: 'single',
            terminal_id: 'phone-1',
          }),
          `CALL=$(curl -s ${url}/api/calls/ringing -H "Authorization: Bearer $CALLEE" | sed -E 's/.*"call_id":([0-9]+).*/\\1/')`,
          curl(url, 'CALLEE', '$CALL/accept', { terminal_id: 'phone-2' }),
          curl(url, 'CALLER', '$CALL/hangup', { terminal_id: 'phone-1' }),
        ];
  for (const line of [...where, ...tokens, '', 'Ctrl-C stops everything.']) say(line);
}

const curl = (url: string, token: string, path: string, body: object): string =>
  `curl -s ${url}/api/calls/${path} -H "Authorization: Bearer $${token}" -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'; echo`;
