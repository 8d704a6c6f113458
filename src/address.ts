import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [start: Address, bits: number];

/**
 * IPv6 networks in which each address stands for one IPv4 host, and the byte where the IPv4 address begins: IPv4-compatible
 * (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056). By /64 all IPv4 hosts behind one NAT64 translator would be one, and one
 * host with 6to4 would be 65,536.
 */
const EMBEDDED: readonly (readonly [Network, byte: number])[] = [
  [ipaddr.parseCIDR('::/96'), 12],
  [ipaddr.parseCIDR('64:ff9b::/96'), 12],
  [ipaddr.parseCIDR('2002::/16'), 2],
];

/**
 * The network that an address belongs to, in one spelling: an IPv4 address, or the /64 of an IPv6 address, all of which one
 * host can have. Null where the text is no address.
 */
export function network(text: string): string | null {
  const address = read(text);
  if (address === null) return null;
  if (address instanceof ipaddr.IPv4) return address.toString();
  const embedded = EMBEDDED.find(([range]) => isIn(address, range));
  if (embedded) return new ipaddr.IPv4(address.toByteArray().slice(embedded[1], embedded[1] + 4)).toString();
  const groups = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${groups.join(':')}::/64`;
}

/** Whether a text is an address or a CIDR. A prefix of 0 is refused: every address would be a trusted proxy. */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== null;
}

/** An address in one spelling, without port, zone and brackets. Null where the text is no address. */
export function plainAddress(text: string): string | null {
  return read(text)?.toString() ?? null;
}

/**
 * Tells addresses in any of these networks, in any spelling: a proxy that adds a port would otherwise not be known as one,
 * and everybody behind it would have its address. Errors: TypeError where a network is none.
 */
export function inNetworks(networks: readonly string[]): (text: string | undefined) => boolean {
  const ranges = networks.map((text) => {
    const range = readNetwork(text);
    if (!range) throw new TypeError('A network must be an address or a CIDR');
    return range;
  });
  return (text = '') => {
    const address = read(text);
    return address !== null && ranges.some((range) => isIn(address, range));
  };
}

/**
 * An address as proxies write it in `X-Forwarded-For`: in brackets, with a port, a zone or spaces, IPv4-mapped. `isIP` comes
 * first because ipaddr.js also reads `1`, `127.1` and octal numbers.
 */
function read(text: string): Address | null {
  const trimmed = text.trim();
  const [, inBrackets, beforePort] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)$/.exec(trimmed) ?? [];
  const bare = inBrackets ?? beforePort ?? trimmed;
  return isIP(bare) === 0 ? null : ipaddr.process(bare.replace(/%.*/, ''));
}

function readNetwork(text: string): Network | null {
  const [, bare = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (isIP(bare) === 0) return null;
  const address = ipaddr.process(bare);
  const isIPv4 = address instanceof ipaddr.IPv4;
  const mappedBits = isIPv4 && isIP(bare) === 6 ? 96 : 0;
  const allBits = isIPv4 ? 32 : 128;
  const bits = prefix === undefined ? allBits : Number(prefix) - mappedBits;
  return bits >= 1 && bits <= allBits ? [address, bits] : null;
}

function isIn(address: Address, [start, bits]: Network): boolean {
  return address.kind() === start.kind() && address.match(start, bits);
}
