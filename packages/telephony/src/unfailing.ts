import type { Journal, Log, Watchers } from './ports.ts';

/** Runs it; what it throws is logged. A call goes on whatever becomes of those that write it down or look on. */
type Guard = (what: string, run: () => void) => void;

const guard =
  (log: Log): Guard =>
  (what, run) => {
    try {
      run();
    } catch (error) {
      log.error({ error: String(error) }, what);
    }
  };

/** The journal as call control relies on it: it never throws. */
export function unfailingJournal(journal: Journal, log: Log): Journal {
  const guarded = guard(log);
  return {
    append: record => guarded('a journal record is lost', () => journal.append(record)),
    flush: () => guarded('the journal cannot be written', () => journal.flush()),
  };
}

/** Watchers that never throw. */
export function unfailingWatchers(watchers: Watchers, log: Log): Watchers {
  const guarded = guard(log);
  return {
    event: (...told) => guarded('a watcher broke', () => watchers.event(...told)),
    resumed: (...told) => guarded('a watcher broke', () => watchers.resumed(...told)),
  };
}
