import { expect, it } from 'vitest';
import { beijingStamp, readBeijing, sign } from '../../../src/providers/yuntongxun/signature.js';

const AT = Date.UTC(2016, 8, 5, 2, 16, 9);

it('stamps and reads the clock of Beijing', () => {
  expect(beijingStamp(AT)).toBe('20160905101609');
  expect(readBeijing('20160905101609')).toBe(AT);
  expect(readBeijing('2016-09-05 10:16:09')).toBe(AT);
  for (const none of ['', '2016', 'yesterday', '20161305101609']) {
    expect(readBeijing(none)).toBeUndefined();
  }
});

it('signs account, token and stamp with MD5 in capitals, and names account and stamp', () => {
  // printf 'sidtoken20160905101609' | md5sum
  expect(sign({ sid: 'sid', token: 'token' }, AT)).toEqual({
    sig: '98A61B23ED4FD62CFFEC9F6FFD3F708A',
    authorization: 'c2lkOjIwMTYwOTA1MTAxNjA5',
  });
});
