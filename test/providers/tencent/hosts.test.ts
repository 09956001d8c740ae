import { expect, it } from 'vitest';
import { callRestUrl } from '../../../src/providers/tencent/hosts.js';

it.each([
  ['China', 'https://console.tim.qq.com/'],
  ['Singapore', 'https://adminapisgp.im.qcloud.com/'],
  ['Seoul', 'https://adminapikr.im.qcloud.com/'],
  ['Frankfurt', 'https://adminapiger.im.qcloud.com/'],
  ['Silicon Valley', 'https://adminapiusa.im.qcloud.com/'],
  ['SiliconValley', 'https://adminapiusa.im.qcloud.com/'],
  ['jakarta', 'https://adminapiidn.im.qcloud.com/'],
  ['http://127.0.0.1:9000', 'http://127.0.0.1:9000/'],
  ['https://gateway.example/tencent/', 'https://gateway.example/tencent/'],
])('finds %s at %s', (place, url) => {
  expect(callRestUrl(place).href).toBe(url);
});

it.each(['', 'Mars', 'console.tim.qq.com', 'localhost:9000', 'ftp://127.0.0.1', 'constructor'])(
  'refuses the place %j',
  (place) => {
    expect(() => callRestUrl(place)).toThrow(RangeError);
  },
);
