/** Files of an export, written as rows come: memory does not grow with them. */
import type { Cell } from '@kommutator/use-cases';
import { csvWriter } from './csv.ts';
import { xlsWriter } from './xls.ts';
import { xlsxWriter } from './xlsx.ts';

export interface TableWriter {
  /** Resolves when there is room for more. */
  rows(rows: readonly (readonly Cell[])[]): Promise<void>;
  /** The file is whole on disk. */
  end(): Promise<void>;
  /** Stops; what is written is the caller's to remove. */
  abort(): Promise<void>;
}

export type ExportFormat = 'xls' | 'xlsx' | 'csv';

/** Rows a file may have. */
export const MOST_ROWS: Readonly<Record<ExportFormat, number>> = {
  csv: 1_000_000,
  xlsx: 1_000_000,
  xls: 500_000,
};

export const openWriter = (format: ExportFormat, path: string, heads: readonly string[]): TableWriter =>
  ({ csv: csvWriter, xlsx: xlsxWriter, xls: xlsWriter })[format](path, heads);
