const HOUR = 3_600_000;

/** Slope of the line of least squares through (ms, value), per hour; 0 for fewer than two points. */
export function perHour(points: readonly (readonly [at: number, value: number])[]): number {
  const n = points.length;
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / n;
  const [middle, level] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [at]) => sum + (at - middle) ** 2, 0);
  if (n < 2 || spread === 0) return 0;
  return (points.reduce((sum, [at, value]) => sum + (at - middle) * (value - level), 0) / spread) * HOUR;
}
