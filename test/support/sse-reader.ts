import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished } from 'vitest';

export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: Record<string, unknown>;
}

/** What a stream says, read with nothing of ours in between. */
export interface SseReader {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: readonly Message[];
  readonly comments: () => number;
  readonly ended: () => boolean;
  /** Waits until so many messages came, the opening one included. */
  until(count: number): Promise<readonly Message[]>;
  close(): void;
}

export async function readSse(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseReader> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  const messages: Message[] = [];
  let comments = 0;
  let ended = false;
  const read = async (): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        const block = text.slice(0, at);
        text = text.slice(at + 2);
        if (block === ':') comments += 1;
        else messages.push(messageOf(block));
      }
    }
  };
  read()
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  const close = () => stop.abort();
  onTestFinished(close);
  return {
    status: response.status,
    headers: response.headers,
    messages,
    comments: () => comments,
    ended: () => ended,
    async until(count) {
      await expect.poll(() => messages.length).toBeGreaterThanOrEqual(count);
      return messages;
    },
    close,
  };
}

function messageOf(block: string): Message {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  ) as { id?: string; event?: string; data?: string };
  const { id, event, data = 'null' } = fields;
  return {
    ...(id !== undefined && { id }),
    ...(event !== undefined && { event }),
    data: JSON.parse(data) as Message['data'],
  };
}

/** Opens a stream and reads nothing of it until it is told to, which is when it sees what became of it. */
export async function neverRead(url: string, token: string): Promise<{ isCut(): Promise<true> }> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const closed = new Promise<true>((resolve) => {
    socket.once('error', () => resolve(true));
    socket.once('close', () => resolve(true));
  });
  socket.pause();
  const bearer = `Authorization: Bearer ${token}`;
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n${bearer}\r\n\r\n`);
  return {
    isCut() {
      socket.resume();
      return closed;
    },
  };
}
