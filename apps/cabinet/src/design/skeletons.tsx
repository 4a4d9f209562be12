import { Skeleton } from '@mantine/core';
import css from './states.module.css';

const WIDTHS = ['62%', '48%', '70%', '55%', '66%'];

/** Rows that are on their way, in the shape they will have. */
export function Skeletons({ rows }: { readonly rows: number }) {
  return (
    <div aria-hidden className={css.skeletons}>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells them apart
        <div key={i} className={css.skeletonRow}>
          <Skeleton height={12} width={110} />
          <Skeleton height={12} width={WIDTHS[i % WIDTHS.length] ?? '60%'} />
        </div>
      ))}
    </div>
  );
}
