import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  memo,
  type ReactNode,
  type RefObject,
  useCallback,
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
  const { columns, rows, rowId, more, onTop, onOpen, empty, loading } = props;
  const own = useRef<HTMLDivElement>(null);
  const scroll = props.scrollRef ?? own;
  const prefix = useId();
  const [active, setActive] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (narrow ? ROW_PHONE : ROW),
    overscan: 8,
    // One function while the rows are the same: another one makes the virtualizer lay out all rows again.
    getItemKey: useCallback(i => (rows[i] === undefined ? i : rowId(rows[i])), [rows, rowId]),
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
  const open = useCallback(
    (index: number, row: Row) => {
      setActive(index);
      onOpen?.(row);
    },
    [onOpen],
  );

  const tracks = [
    ...(props.selection ? ['36px'] : []),
    ...columns.map(({ width }) => width),
    ...(props.actions ? ['48px'] : []),
  ];
  // Every row is a grid of its own, so they agree only when no track depends on what is in it.
  const grid = {
    '--tracks': narrow ? 'minmax(0, 1fr)' : tracks.join(' '),
    '--least': narrow ? 0 : `${leastWidth(tracks)}px`,
  } as CSSProperties;
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
      style={grid}
      data-table
    >
      {!narrow && <Head columns={columns} props={props} />}
      {nothing ? (
        <Skeletons rows={12} />
      ) : (
        <div className={css.body} style={{ height: virtual.getTotalSize() }} role="rowgroup">
          {shown.map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <Line<Row>
                key={key}
                id={`${prefix}${index}`}
                row={row}
                index={index}
                start={start}
                active={index === active}
                narrow={narrow}
                props={props}
                open={open}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

interface LineProps<Row> {
  readonly id: string;
  readonly row: Row;
  readonly index: number;
  /** px from the top of all rows. */
  readonly start: number;
  readonly active: boolean;
  readonly narrow: boolean;
  readonly props: DataTableProps<Row>;
  readonly open: (index: number, row: Row) => void;
}

/** Scrolling changes none of its properties, so it draws only the rows that come into sight. */
const Line = memo(function Line<Row>({ id, row, index, start, active, narrow, props, open }: LineProps<Row>) {
  const rowId = props.rowId(row);
  const isOpen = props.openId === rowId;
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.selection?.chosen.has(rowId) ?? (isOpen ? true : undefined)}
      className={css.row}
      data-active={active || undefined}
      data-open={isOpen || undefined}
      data-fresh={props.fresh?.has(rowId) || undefined}
      data-row={rowId}
      data-clickable={props.onOpen ? true : undefined}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => open(index, row)}
    >
      {narrow ? <Compact row={row} props={props} /> : <Cells row={row} id={rowId} props={props} />}
    </div>
  );
}) as <Row>(props: LineProps<Row>) => ReactNode;

function Head<Row>({
  columns,
  props,
}: {
  readonly columns: readonly Column<Row>[];
  readonly props: DataTableProps<Row>;
}) {
  return (
    <div role="rowgroup" className={css.headGroup}>
      <div role="row" className={css.head} aria-rowindex={1}>
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
