import { AbstractClient } from 'tencentcloud-sdk-nodejs-common/tencentcloud/common/abstract_client.js';
import type { MediaEvidence } from '../../ports/media-rooms.js';

export const ACTIONS = [
  'StartStreamIngest',
  'StopStreamIngest',
  'DescribeStreamIngest',
  'DismissRoom',
  'DismissRoomByStrRoomId',
  'RemoveUser',
  'RemoveUserByStrRoomId',
] as const;
export type CloudAction = (typeof ACTIONS)[number];

/** Streams are played in other regions than rooms are managed in; these serve both sites. */
const REGIONS: Readonly<Record<CloudAction, string>> = {
  StartStreamIngest: 'ap-singapore',
  StopStreamIngest: 'ap-singapore',
  DescribeStreamIngest: 'ap-singapore',
  DismissRoom: 'ap-guangzhou',
  DismissRoomByStrRoomId: 'ap-guangzhou',
  RemoveUser: 'ap-guangzhou',
  RemoveUserByStrRoomId: 'ap-guangzhou',
};

const VERSION = '2019-07-22';
const DEADLINE_MS = 6_000;

export interface CloudApiSettings {
  readonly secretId: string;
  readonly secretKey: string;
  /** A host, or a URL. */
  readonly place: string;
  readonly regions?: Partial<Record<CloudAction, string>>;
}

export type CloudReply =
  | { readonly kind: 'answer'; readonly response: Readonly<Record<string, unknown>> }
  /** A refusal, by the provider's word for it. */
  | { readonly kind: 'fault'; readonly evidence: MediaEvidence & { readonly word: string } }
  | { readonly kind: 'silence'; readonly evidence: MediaEvidence };

export interface CloudApi {
  /** One request, sent once, within 6 s; never throws. */
  ask(action: CloudAction, body: object): Promise<CloudReply>;
}

/** @throws RangeError for a place that is neither a host nor an http(s) URL. */
function placeOf(place: string): { readonly protocol: string; readonly endpoint: string } {
  const url = place.includes('://') ? place : `https://${place}`;
  const { protocol, host, pathname } = URL.canParse(url) ? new URL(url) : new URL('none:');
  if (!/^https?:$/.test(protocol) || pathname !== '/') {
    throw new RangeError('must be a host, or an http(s) URL without a path');
  }
  return { protocol: `${protocol}//`, endpoint: host };
}

/** A client for each region: the vendor's own has only one. */
export function createCloudApi(settings: CloudApiSettings): CloudApi {
  const { secretId, secretKey, place } = settings;
  const regions = { ...REGIONS, ...settings.regions };
  const { protocol, endpoint } = placeOf(place);
  const clients = new Map<string, AbstractClient>();
  const clientIn = (region: string): AbstractClient => {
    const known = clients.get(region);
    if (known !== undefined) return known;
    const profile = { httpProfile: { protocol, endpoint, reqTimeout: DEADLINE_MS / 1_000 } };
    const credential = { secretId, secretKey };
    const client = new AbstractClient(endpoint, VERSION, { credential, region, profile });
    clients.set(region, client);
    return client;
  };
  return {
    async ask(action, body) {
      try {
        const signal = AbortSignal.timeout(DEADLINE_MS);
        const response: unknown = await clientIn(regions[action]).request(action, body, { signal });
        return { kind: 'answer', response: (response ?? {}) as Record<string, unknown> };
      } catch (error) {
        return replyOf(error);
      }
    },
  };
}

/** The vendor's client puts all that may go wrong into one error. */
function replyOf(error: unknown): CloudReply {
  const { code, httpCode, requestId } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const named = typeof requestId === 'string' && requestId !== '' ? { requestId } : {};
  if (typeof code === 'string' && code !== '') {
    return { kind: 'fault', evidence: { word: code, ...named } };
  }
  if (typeof httpCode === 'number') {
    return { kind: 'silence', evidence: { fault: 'http-status', httpStatus: httpCode } };
  }
  return { kind: 'silence', evidence: { fault: 'connection' } };
}
