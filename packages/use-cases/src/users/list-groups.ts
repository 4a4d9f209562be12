/** Call-handling groups (GRP-1), by name. */
import type { DomainSession } from '../session.ts';
import type { Snapshots } from '../snapshots.ts';

export interface GroupItem {
  readonly id: string;
  readonly name: string;
  readonly extension: string | null;
  readonly algorithm: string;
  readonly members: number;
}

const russian = new Intl.Collator('ru', { sensitivity: 'accent', numeric: true });

export async function listGroups(
  { snapshots }: { readonly snapshots: Snapshots },
  session: DomainSession,
): Promise<readonly GroupItem[]> {
  const config = await snapshots.of(session.domain.id);
  return (config?.groups ?? [])
    .map(({ id, name, extension, algorithm, members }) => ({
      id,
      name,
      extension,
      algorithm,
      members: members.length,
    }))
    .sort((a, b) => russian.compare(a.name, b.name));
}
