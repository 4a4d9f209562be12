/** The design language: docs/design-language.md shows every piece. */
export { CALL_KINDS, CallKindIcon, CallKindLegend, KINDS } from './call-kind.tsx';
export { type Column, DataTable, type DataTableProps } from './data-table.tsx';
export { FilterBar, SearchField, SelectionBar } from './filter-bar.tsx';
export { FormDialog } from './form-dialog.tsx';
export { FreshButton, Page, Section, TotalLine } from './page.tsx';
export { Skeletons } from './skeletons.tsx';
export { EmptyState, ErrorState, errorText } from './states.tsx';
export { DesignProvider, wearBrand } from './theme.tsx';
export { useNarrow } from './use-narrow.ts';
