/**
 * What a sender is counted by: an IPv4 address, or the /64 of an IPv6 address, which one subscriber has to himself.
 * @param address a plain address, as transports tell it.
 */
export const sourceKey = (address: string): string => (address.includes(':') ? networkOf(address) : address);

/** The first four groups of an IPv6 address, zeros written out. */
function networkOf(address: string): string {
  const zone = address.indexOf('%');
  const plain = zone < 0 ? address : address.slice(0, zone);
  const gap = plain.indexOf('::');
  const groups = (gap < 0 ? plain : plain.slice(0, gap)).split(':').filter(group => group !== '');
  if (gap >= 0 && groups.length < 4) {
    const behind = plain
      .slice(gap + 2)
      .split(':')
      .filter(group => group !== '');
    // An IPv4 address at the end stands for two groups.
    const length = behind.length + (behind.at(-1)?.includes('.') ? 1 : 0);
    for (let zeros = 8 - groups.length - length; zeros > 0; zeros--) groups.push('0');
    groups.push(...behind);
  }
  const network = groups.slice(0, 4).map(group => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
