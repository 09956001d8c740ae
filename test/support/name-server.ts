import { createSocket, type RemoteInfo } from 'node:dgram';

const HEADER_BYTES = 12;
const TYPE_A = 1;

/** Response codes of RFC 1035, 4.1.1. */
const CODES = { known: 0, failure: 2, unknown: 3, refusal: 5 };

/** The IPv4 addresses of a name, none where there is no such name; why it is not told; or not a word. */
export type NameAnswer = readonly string[] | 'failure' | 'refusal' | 'silence';

export interface NameServer {
  /** As `Resolver.setServers` takes it. */
  readonly address: string;
  /** Names that were asked for, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** A name server on loopback, by UDP (RFC 1035, 4.1). */
export async function startNameServer(answer: (name: string) => NameAnswer): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const { name, end } = nameIn(query);
    asked.push(name);
    const answered = answer(name);
    if (answered === 'silence') return;
    socket.send(response(query, end, answered), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Of the one question, and where the question ends. */
function nameIn(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5 };
}

function response(
  query: Buffer,
  end: number,
  answered: readonly string[] | 'failure' | 'refusal',
): Buffer {
  const addresses = typeof answered === 'string' ? [] : answered;
  const found = addresses.length > 0 ? 'known' : 'unknown';
  const code = CODES[typeof answered === 'string' ? answered : found];
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  // An answer, wished for and given recursively.
  header.writeUInt16BE(0x81_80 | code, 2);
  header.writeUInt16BE(1, 4);
  const isForA = query.readUInt16BE(end - 4) === TYPE_A;
  const records = isForA ? addresses.map(recordOf) : [];
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]);
}

/** The name is where the question has it; type A, class IN, kept for no time, four bytes. */
const recordOf = (address: string): Buffer =>
  Buffer.from([
    0xc0,
    HEADER_BYTES,
    0,
    TYPE_A,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    4,
    ...address.split('.').map(Number),
  ]);
