import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { Skeletons } from './skeletons.tsx';
import css from './table.module.css';
import { type Keys, useTableKeys } from './table-keys.ts';
import { useNarrow } from './use-narrow.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** A track of CSS grid that does not depend on its content: `140px`, `minmax(160px, 1fr)`. */
  readonly width: string;
  readonly align?: 'right';
  readonly cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  /** What the table holds, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  /** The two lines of a row on a phone. */
  readonly compact: (row: Row) => { readonly first: ReactNode; readonly second: ReactNode };
  /** How many rows there are beyond those loaded. */
  readonly total?: number | null | undefined;
  readonly loading?: boolean | undefined;
  /** Called when the end of what is loaded comes near. */
  readonly more?: (() => void) | undefined;
  readonly onOpen?: ((row: Row) => void) | undefined;
  /** Buttons shown at the row's end on hover and on the row under the keyboard. */
  readonly actions?: ((row: Row) => ReactNode) | undefined;
  readonly selection?: Selection | undefined;
  readonly openId?: string | undefined;
  /** Rows that have just come: they slide in. */
  readonly fresh?: ReadonlySet<string> | undefined;
  readonly empty: ReactNode;
  /** Told whether the first row is in sight: whoever prepends rows must not move what is being read. */
  readonly onTop?: ((atTop: boolean) => void) | undefined;
  readonly scrollRef?: RefObject<HTMLDivElement | null> | undefined;
}

interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
}

const ROW = 36;
const ROW_PHONE = 60;
const BEFORE_END = 20;

/**
 * Rows by the hundred thousand: a sticky head, only what is in sight in the page, the rest asked for as it comes near.
 * Keyboard: ↑ ↓ PgUp PgDn Home End walk, Enter opens, Space chooses.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const narrow = useNarrow();
  // Rows of another height are another table: nothing measured before holds.
  return <Table key={narrow ? 'narrow' : 'wide'} props={props} narrow={narrow} />;
}

/** px below which a table scrolls sideways: what its tracks need at least. */
const leastWidth = (tracks: readonly string[]): number =>
  tracks.reduce((sum, track) => sum + Number.parseInt(/\d+/.exec(track)?.[0] ?? '0', 10), 0);

interface TableProps<Row> {
  readonly props: DataTableProps<Row>;
  readonly narrow: boolean;
}

function Table<Row>({ props, narrow }: TableProps<Row>) {
  const { columns, rows, rowId, more, onTop, empty, loading } = props;
  const own = useRef<HTMLDivElement>(null);
  const scroll = props.scrollRef ?? own;
  const prefix = useId();
  const [active, setActive] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (narrow ? ROW_PHONE : ROW),
    overscan: 12,
    getItemKey: i => (rows[i] === undefined ? i : rowId(rows[i])),
  });

  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const near = rows.length > 0 && last >= rows.length - BEFORE_END;
  useEffect(() => {
    if (near) more?.();
  }, [near, more]);

  const walk: Keys = {
    count: rows.length,
    active,
    move: to => {
      setActive(to);
      virtual.scrollToIndex(to);
    },
    page: Math.max(1, Math.floor((scroll.current?.clientHeight ?? 400) / (narrow ? ROW_PHONE : ROW)) - 2),
    open: i => rows[i] !== undefined && props.onOpen?.(rows[i]),
    choose: i => rows[i] !== undefined && props.selection?.toggle(rowId(rows[i])),
  };
  const onKeyDown = useTableKeys(walk);

  const tracks = [
    ...(props.selection ? ['36px'] : []),
    ...columns.map(({ width }) => width),
    ...(props.actions ? ['48px'] : []),
  ];
  // Every row is a grid of its own, so they agree only when no track depends on what is in it.
  const grid = narrow
    ? { gridTemplateColumns: 'minmax(0, 1fr)' }
    : { gridTemplateColumns: tracks.join(' '), minWidth: leastWidth(tracks) };
  const nothing = rows.length === 0;

  if (nothing && !loading) return <div className={css.nothing}>{empty}</div>;
  return (
    <div
      ref={scroll}
      className={css.scroll}
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.total ?? rows.length}
      aria-busy={loading === true}
      aria-activedescendant={active >= 0 ? `${prefix}${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={event => onTop?.(event.currentTarget.scrollTop < 8)}
      onFocus={() => active < 0 && rows.length > 0 && setActive(0)}
      data-table
    >
      {!narrow && <Head columns={columns} props={props} style={grid} />}
      {nothing ? (
        <Skeletons rows={12} />
      ) : (
        <div className={css.body} style={{ height: virtual.getTotalSize() }} role="rowgroup">
          {shown.map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const id = rowId(row);
            return (
              <div
                key={key}
                id={`${prefix}${index}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={props.selection?.chosen.has(id) ?? (props.openId === id ? true : undefined)}
                className={css.row}
                data-active={index === active || undefined}
                data-open={props.openId === id || undefined}
                data-fresh={props.fresh?.has(id) || undefined}
                data-row={id}
                data-clickable={props.onOpen ? true : undefined}
                style={{ ...grid, transform: `translateY(${start}px)` }}
                onClick={() => {
                  setActive(index);
                  props.onOpen?.(row);
                }}
              >
                {narrow ? <Compact row={row} props={props} /> : <Cells row={row} id={id} props={props} />}
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

function Head<Row>({
  columns,
  props,
  style,
}: {
  readonly columns: readonly Column<Row>[];
  readonly props: DataTableProps<Row>;
  readonly style: CSSProperties;
}) {
  return (
    <div role="rowgroup" className={css.headGroup}>
      <div role="row" className={css.head} style={style} aria-rowindex={1}>
        {props.selection && <HeadCell />}
        {columns.map(({ id, title, align }) => (
          <HeadCell key={id} align={align} title={title} />
        ))}
        {props.actions && <HeadCell />}
      </div>
    </div>
  );
}

function HeadCell({ title = '', align }: { readonly title?: string; readonly align?: 'right' | undefined }) {
  return (
    <div role="columnheader" className={css.cell} data-align={align}>
      {title}
    </div>
  );
}

function Cells<Row>({
  row,
  id,
  props,
}: {
  readonly row: Row;
  readonly id: string;
  readonly props: DataTableProps<Row>;
}) {
  return (
    <>
      {props.selection && (
        <div role="gridcell" className={css.cell}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={id}
            checked={props.selection.chosen.has(id)}
            onClick={event => event.stopPropagation()}
            onChange={() => props.selection?.toggle(id)}
          />
        </div>
      )}
      {props.columns.map(column => (
        <div key={column.id} role="gridcell" className={css.cell} data-align={column.align}>
          {column.cell(row)}
        </div>
      ))}
      {props.actions && (
        <div role="gridcell" className={css.actions}>
          {props.actions(row)}
        </div>
      )}
    </>
  );
}

function Compact<Row>({ row, props }: { readonly row: Row; readonly props: DataTableProps<Row> }) {
  const { first, second } = props.compact(row);
  return (
    <div role="gridcell" className={css.compact}>
      <div className={css.first}>{first}</div>
      <div className={css.second}>{second}</div>
    </div>
  );
}
