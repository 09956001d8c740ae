import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export interface SlowRequest {
  send(text: string): void;
  /** Everything the other side wrote until it closed the connection. */
  answer(): Promise<string>;
}

const ARRIVAL_MS = 200;

/** A request of which only the beginning is sent, on a connection that closes after its answer. */
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
  socket.write(beginning);
  await sleep(ARRIVAL_MS);
  return {
    send: (more) => void socket.write(more),
    answer: () => closed.then(() => text),
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
