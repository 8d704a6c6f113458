import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inNetworks, isNetwork, network } from '../src/address.ts';

describe('the network of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::9', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    [' [2001:db8:1:2::1%eth0]:443\t', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1%br-lan.100', 'fe80:0:0:0::/64'],
  ])('of %j is %s', (text, expected) => {
    expect(network(text)).toBe(expected);
  });

  test.each([
    ['NAT64', '64:ff9b::192.0.2.1', '64:ff9b::c000:202', ['192.0.2.1', '192.0.2.2']],
    ['6to4', '2002:c000:201:1::1', '2002:c000:202:1::1', ['192.0.2.1', '192.0.2.2']],
    ['an IPv4-compatible address', '::192.0.2.1', '::c000:202', ['192.0.2.1', '192.0.2.2']],
    [
      'the /16 after 6to4',
      '2003:c000:201:1::1',
      '2003:c000:202:1::1',
      ['2003:c000:201:1::/64', '2003:c000:202:1::/64'],
    ],
  ])('tells two IPv4 hosts apart behind %s', (_name, one, other, expected) => {
    expect([network(one), network(other)]).toEqual(expected);
  });

  test.each([
    '',
    'unknown',
    '_hidden',
    '1',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '192.0.2.01',
    '192.0.2.256',
    '192.0.2.1.1',
    '192.0.2.1%eth0',
    '::ffff:127.1',
    '::ffff:0177.0.0.1',
    '[192.0.2.1',
    '192.0.2.1:',
    '192.0.2.1:http',
    '192.0.2.1/24',
    '2001:db8::1::1',
    '2001:db8::12345',
    '[2001:db8::1]443',
    '[]:443',
    '[[2001:db8::1]]',
    ':443',
  ])('is not made up for %j', (text) => {
    expect(network(text)).toBeNull();
  });

  test('is not made up for a header full of groups', () => {
    expect(network('1:'.repeat(8_000))).toBeNull();
  });

  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  });
  const octets = fc.array(fc.nat(255), { minLength: 4, maxLength: 4 });
  const around = fc.record({
    isBracketed: fc.boolean(),
    port: fc.option(fc.nat(65_535)),
    zone: fc.constantFrom('', '%eth0', '%1'),
    space: fc.constantFrom('', ' ', '\t'),
  });

  test('is the same in every spelling of an IPv6 address, and another for the next /64', () => {
    fc.assert(
      fc.property(groups, fc.array(spelling(), { minLength: 2, maxLength: 4 }), (address, spellings) => {
        fc.pre(address[0] !== 0x2002); // 6to4, where the /64 does not matter
        const names = new Set(spellings.map((spell) => network(spell(address))));
        expect(names.size).toBe(1);
        expect([...names][0]).not.toBeNull();
        const next = address.with(3, address[3]! ^ 1);
        expect(names.has(network(spellings[0]!(next)))).toBe(false);
      }),
    );
  });

  test('is the same in every spelling of an IPv4 address, and another for the next address', () => {
    fc.assert(
      fc.property(octets, spelling(), fc.option(fc.nat(65_535)), ([a, b, c, d], spell, port) => {
        const mapped = [0, 0, 0, 0, 0, 0xffff, a! * 256 + b!, c! * 256 + d!];
        const dotted = [a, b, c, d].join('.');
        expect(network(port === null ? dotted : `${dotted}:${port}`)).toBe(dotted);
        expect(network(spell(mapped))).toBe(dotted);
        expect(network(spell(mapped.with(7, mapped[7]! ^ 1)))).not.toBe(dotted);
      }),
    );
  });

  /** One way to write the eight groups of an address. */
  function spelling(): fc.Arbitrary<(groups: readonly number[]) => string> {
    const digits = fc.record({
      isPadded: fc.boolean(),
      isUpper: fc.boolean(),
      isShort: fc.boolean(),
      isDotted: fc.boolean(),
    });
    return fc
      .tuple(digits, around)
      .map(([{ isPadded, isUpper, isShort, isDotted }, { isBracketed, port, zone, space }]) => {
        return (parts) => {
          const hex = parts.map((part) => part.toString(16).padStart(isPadded ? 4 : 1, '0'));
          const low = parts.slice(6).flatMap((part) => [part >> 8, part & 255]);
          const written = isDotted ? [...hex.slice(0, 6), low.join('.')] : hex;
          const zeros = isShort ? /(?:^|:)(?:0{1,4}(?::|$)){2,}/ : /$^/;
          const text = written.join(':').replace(zeros, '::') + zone;
          const cased = isUpper ? text.toUpperCase() : text;
          return space + (isBracketed ? `[${cased}]${port === null ? '' : `:${port}`}` : cased) + space;
        };
      });
  }
});

describe('a network whose proxies are trusted', () => {
  test.each([
    ['10.0.0.0/8', true],
    ['192.0.2.1', true],
    ['2001:db8::/32', true],
    ['::1', true],
    ['::ffff:10.0.0.0/104', true],
    ['::ffff:10.0.0.0/95', false],
    ['10.0.0.0/33', false],
    ['10.0.0.0/0', false],
    ['10.0.0.0/8/9', false],
    ['10.0.0.0/', false],
    ['10/8', false],
    ['10.1', false],
    ['010.0.0.1', false],
    ['2001:db8::/129', false],
    ['fe80::1%eth0', false],
    ['[::1]', false],
    ['192.0.2.1:443', false],
    ['loopback', false],
    ['', false],
  ])('%j is one: %s', (text, expected) => {
    expect(isNetwork(text)).toBe(expected);
    if (!expected) expect(() => inNetworks([text])).toThrow(TypeError);
  });

  test.each([
    ['10.1.2.3', true],
    ['10.1.2.3:5678', true],
    ['::ffff:10.1.2.3', true],
    ['::ffff:a01:203', true],
    ['[2001:db8::1]:443', true],
    ['fe80::1%eth0', true],
    ['172.16.0.1', true],
    ['11.1.2.3', false],
    ['2001:db9::1', false],
    ['64:ff9b::10.1.2.3', false],
    ['::10.1.2.4.5', false],
    ['10.1', false],
    [undefined, false],
  ])('has %j in it: %s', (text, expected) => {
    const isTrusted = inNetworks(['10.0.0.0/8', '2001:db8::/32', 'fe80::/10', '::ffff:172.16.0.0/108']);
    expect(isTrusted(text)).toBe(expected);
  });
});
