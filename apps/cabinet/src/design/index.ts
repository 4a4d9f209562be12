/** The design language: docs/design-language.md shows every piece. */
export { CallKindIcon, CallKindLegend } from './call-kind.tsx';
export { type Column, DataTable } from './data-table.tsx';
export { FilterBar, SelectionBar } from './filter-bar.tsx';
export { FormDialog } from './form-dialog.tsx';
export { FreshButton, Page, Section, TotalLine } from './page.tsx';
export { RowAction } from './row-action.tsx';
export { Skeletons } from './skeletons.tsx';
export { EmptyState, ErrorState, errorText } from './states.tsx';
export { useNarrow } from './use-narrow.ts';
