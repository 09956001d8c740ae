import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyring, parseKeys, SealBroken } from '../../src/keys/keyring.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const PLACE = 'users.phone:10001';

describe('a keyring', () => {
  it('opens what it sealed, whatever the text, and shows nothing of it', () => {
    const ring = createKeyring([key('a')]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
        const sealed = ring.seal(text, place);
        expect(ring.open(sealed, place)).toBe(text);
        expect(sealed).toMatch(/^sealed:a:[\w-]+$/);
      }),
    );
    expect(ring.seal('+8613800138000', PLACE)).not.toContain('13800138000');
  });

  it('seals the same text differently each time', () => {
    const ring = createKeyring([key('a')]);
    const seals = Array.from({ length: 100 }, () => ring.seal('the same', PLACE));
    expect(new Set(seals).size).toBe(100);
  });

  it('opens nothing in another place, and nothing that was changed or cut', () => {
    const ring = createKeyring([key('a')]);
    const sealed = ring.seal('+8613800138000', PLACE);
    expect(() => ring.open(sealed, 'users.phone:10002')).toThrow(SealBroken);
    const prefix = sealed.lastIndexOf(':') + 1;
    const box = Buffer.from(sealed.slice(prefix), 'base64url');
    for (const at of box.keys()) {
      const changed = Buffer.from(box);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const forged = sealed.slice(0, prefix) + changed.toString('base64url');
      expect(() => ring.open(forged, PLACE)).toThrow(SealBroken);
    }
    expect(() => ring.open(sealed.slice(0, -4), PLACE)).toThrow(SealBroken);
    expect(() => ring.open('sealed:a:', PLACE)).toThrow(SealBroken);
    expect(() => ring.open('', PLACE)).toThrow(SealBroken);
  });

  it('rotates: the new key seals, the old one opens until it is taken away', () => {
    const [old, next] = [key('2026'), key('2027')];
    const sealed = createKeyring([old]).seal('text', PLACE);
    const both = createKeyring([next, old]);
    expect(both.open(sealed, PLACE)).toBe('text');
    expect(both.isCurrent(sealed)).toBe(false);
    const anew = both.seal('text', PLACE);
    expect(both.isCurrent(anew)).toBe(true);
    expect(createKeyring([next]).open(anew, PLACE)).toBe('text');
    expect(() => createKeyring([next]).open(sealed, PLACE)).toThrow('no key "2026"');
  });

  it('does not take a key for another of the same name', () => {
    const sealed = createKeyring([key('a')]).seal('text', PLACE);
    expect(() => createKeyring([key('a')]).open(sealed, PLACE)).toThrow(SealBroken);
  });

  it('without keys leaves the text readable, which a later key opens and wants sealed', () => {
    const none = createKeyring([]);
    const clear = none.seal('text', PLACE);
    expect(clear).toBe('clear:text');
    expect(none.isCurrent(clear)).toBe(true);
    const later = createKeyring([key('a')]);
    expect(later.open(clear, PLACE)).toBe('text');
    expect(later.isCurrent(clear)).toBe(false);
    const sealed = later.seal('text', PLACE);
    expect(none.isCurrent(sealed)).toBe(false);
    expect(() => none.open(sealed, PLACE)).toThrow('no key "a"');
  });
});

describe('a list of keys', () => {
  it('names each key, of 32 bytes in either base64', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const list = `2027:${first.toString('base64')}, 2026-a:${second.toString('base64url')}`;
    expect(parseKeys(list)).toEqual([
      { id: '2027', key: first },
      { id: '2026-a', key: second },
    ]);
  });

  it.each([
    ['', 'no key'],
    ['a:c2hvcnQ=', 'a short key'],
    [randomBytes(32).toString('base64'), 'no id'],
    [`a b:${randomBytes(32).toString('base64')}`, 'a blank in the id'],
    [`a:${randomBytes(33).toString('base64')}`, 'a long key'],
  ])('is refused: %s (%s), and is not repeated in the complaint', (list) => {
    expect(() => parseKeys(list)).toThrow(
      new RangeError('must be id:key with commas, each key 32 bytes in base64'),
    );
  });

  it('is refused when two keys have one id', () => {
    const base64 = () => randomBytes(32).toString('base64');
    expect(() => parseKeys(`a:${base64()},a:${base64()}`)).toThrow('must name each key id once');
  });
});
