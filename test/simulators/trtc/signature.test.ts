import { AbstractClient } from 'tencentcloud-sdk-nodejs-common/tencentcloud/common/abstract_client.js';
import { describe, expect, it } from 'vitest';
import { tc3Fault } from '../../../src/simulators/trtc/tc3-check.js';
import { SDK_APP_ID } from '../../support/robot-backend.js';
import { API_KEY, trtcSimulator } from '../../support/trtc.js';

/** The published request and signature. */
const PUBLISHED = {
  secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
  secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
  now: 1_551_113_065,
};
const SIGNATURE = '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168';
const authorization = (signature = SIGNATURE, date = '2019-02-25') =>
  `TC3-HMAC-SHA256 Credential=${PUBLISHED.secretId}/${date}/cvm/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`;
const published = (headers: Record<string, string> = {}, body?: string) => ({
  method: 'POST',
  path: '/',
  headers: {
    authorization: authorization(),
    'content-type': 'application/json; charset=utf-8',
    host: 'cvm.tencentcloudapi.com',
    'x-tc-timestamp': String(PUBLISHED.now),
    ...headers,
  },
  body:
    body ??
    '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
});

describe('the signature check', () => {
  it('lets the published request in, which was signed by others', () => {
    expect(tc3Fault(published(), PUBLISHED)).toBeUndefined();
  });

  it('leaves out a port of the host, which is not signed', () => {
    const host = 'cvm.tencentcloudapi.com:8080';
    expect(tc3Fault(published({ host }), PUBLISHED)).toBeUndefined();
  });

  it.each([
    ['a body that was changed', published({}, '{}'), 'AuthFailure.SignatureFailure'],
    ['another host', published({ host: 'evil.test' }), 'AuthFailure.SignatureFailure'],
    [
      'another type of content',
      published({ 'content-type': 'text/plain' }),
      'AuthFailure.SignatureFailure',
    ],
    [
      'a signature that was changed',
      published({ authorization: authorization(SIGNATURE.replace('7', '8')) }),
      'AuthFailure.SignatureFailure',
    ],
    ['no signature', published({ authorization: '' }), 'AuthFailure.SignatureFailure'],
    [
      'another date than its time',
      published({ authorization: authorization(SIGNATURE, '2019-02-26') }),
      'AuthFailure.SignatureExpire',
    ],
  ])('does not let in %s', (_what, request, fault) => {
    expect(tc3Fault(request, PUBLISHED)).toBe(fault);
  });

  it('does not let in what is more than five minutes old, or early', () => {
    for (const seconds of [301, -301]) {
      const then = { ...PUBLISHED, now: PUBLISHED.now + seconds };
      expect(tc3Fault(published(), then)).toBe('AuthFailure.SignatureExpire');
      const nearly = { ...then, now: PUBLISHED.now + Math.sign(seconds) * 300 };
      expect(tc3Fault(published(), nearly)).toBeUndefined();
    }
  });

  it('does not know keys of others', () => {
    const other = { ...PUBLISHED, secretId: 'AKIDother' };
    expect(tc3Fault(published(), other)).toBe('AuthFailure.SecretIdNotFound');
    const wrong = { ...PUBLISHED, secretKey: 'another' };
    expect(tc3Fault(published(), wrong)).toBe('AuthFailure.SignatureFailure');
  });
});

describe('the vendor’s own client', () => {
  const clientOf = (url: string, change: { region?: string; secretKey?: string } = {}) => {
    const { region = 'ap-singapore', secretKey = API_KEY.secretKey } = change;
    const endpoint = url.replace('http://', '');
    const profile = { httpProfile: { protocol: 'http://', endpoint } };
    const credential = { secretId: API_KEY.secretId, secretKey };
    return new AbstractClient(endpoint, '2019-07-22', { credential, region, profile });
  };
  const describeTask = { SdkAppId: SDK_APP_ID, TaskId: 'none' };

  it('is let in, and refused by its own words', async () => {
    const { url, control } = await trtcSimulator();
    const ask = (action: string, body: object, change = {}) =>
      clientOf(url, change).request(action, body);
    expect(await ask('DescribeStreamIngest', describeTask)).toMatchObject({ Status: 'NotExist' });
    await expect(
      ask('DescribeStreamIngest', describeTask, { secretKey: 'another' }),
    ).rejects.toMatchObject({ code: 'AuthFailure.SignatureFailure' });
    await expect(
      ask('DescribeStreamIngest', describeTask, { region: 'ap-moon' }),
    ).rejects.toMatchObject({ code: 'UnsupportedRegion' });
    await expect(ask('DescribeNothing', {})).rejects.toMatchObject({ code: 'InvalidAction' });
    const elsewhere = { region: 'ap-bangkok' };
    const room = { SdkAppId: SDK_APP_ID, RoomId: 5 };
    await expect(ask('DismissRoom', room, elsewhere)).rejects.toMatchObject({
      code: 'UnsupportedRegion',
    });
    expect(control.ledger().requests).toEqual({ DescribeStreamIngest: 1 });
  });

  it('is told to slow down above the documented rate', async () => {
    const { url } = await trtcSimulator({ ratePerSecond: 2 });
    const client = clientOf(url);
    const asked = Array.from({ length: 8 }, () =>
      client.request('DescribeStreamIngest', describeTask),
    );
    const answers = await Promise.allSettled(asked);
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(refused[0]).toMatchObject({ reason: { code: 'RequestLimitExceeded' } });
  });
});
