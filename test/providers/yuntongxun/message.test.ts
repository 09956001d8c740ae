import { describe, expect, it } from 'vitest';
import {
  partOf,
  readMessage,
  textOf,
  writeXml,
} from '../../../src/providers/yuntongxun/message.js';

describe('a message', () => {
  it('is XML or JSON, whichever it is, with every value as text', () => {
    const xml =
      '<?xml version="1.0"?>\n<Response><callSid>00160606</callSid><n>12</n></Response>\n';
    expect(readMessage(xml)).toEqual({ format: 'xml', members: { callSid: '00160606', n: '12' } });
    expect(readMessage('{"callSid":"00160606"}')).toEqual({
      format: 'json',
      members: { callSid: '00160606' },
    });
  });

  it.each([
    ['', 'nothing'],
    ['<Response><a>1</a>', 'XML that breaks off'],
    ['<Response><a>1</a></Resp', 'an end tag that breaks off'],
    ['<Response>text</Response>', 'an element of text alone'],
    ['{"a":1', 'JSON that breaks off'],
    ['[1]', 'a list'],
    ['OK', 'text'],
  ])('is not %s (%s)', (text) => {
    expect(readMessage(text)).toBeUndefined();
  });

  it('declares no entities, so that it cannot grow while it is read', () => {
    const bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]><r><b>&a;&a;</b></r>';
    expect(readMessage(bomb)).toBeUndefined();
    expect(readMessage('<r><b>&lt;&amp;</b></r>')?.members).toEqual({ b: '<&' });
  });

  it('has its members under any spelling, and blank ones not at all', () => {
    const members = { userdata: ' x ', blank: ' ', number: 7, list: [{ a: '1' }, { a: '2' }] };
    expect(textOf(members, 'userData')).toBe('x');
    expect(textOf(members, 'blank', 'NUMBER')).toBe('7');
    expect(textOf(members, 'list')).toBeUndefined();
    expect(partOf(members, 'List')).toEqual({ a: '1' });
    expect(partOf(members, 'userdata')).toBeUndefined();
  });

  it('is written with what stands in XML for something else escaped', () => {
    expect(writeXml({ r: { a: '<&', b: { '@id': '1' } } })).toBe(
      '<r><a>&lt;&amp;</a><b id="1"></b></r>',
    );
  });
});
