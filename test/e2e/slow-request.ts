import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished } from 'vitest';

export interface SlowRequest {
  send(text: string): void;
  /** Everything the other side wrote until it closed the connection. */
  answer(): Promise<string>;
}

/** A whole request, in one piece with which the beginning of the next one arrives. */
const BEFORE = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A request of which only the beginning has come, on a connection that closes after its answer. */
export async function beginRequest(baseUrl: string, beginning: string): Promise<SlowRequest> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const closed = once(socket, 'close');
  socket.write(BEFORE + beginning);
  await expect.poll(() => text).toMatch(/"ok"\}$/);
  const from = text.length;
  return {
    send: (more) => void socket.write(more),
    answer: () => closed.then(() => text.slice(from)),
  };
}

/** The head of a POST whose body is still to come, and that body. */
export function postInTwoParts(path: string, token: string, value: object): [string, string] {
  const body = JSON.stringify(value);
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    `Authorization: Bearer ${token}`,
  ];
  return [`${head.join('\r\n')}\r\n\r\n`, body];
}
