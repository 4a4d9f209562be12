/** Groups rows by the id they belong to, keeping their order. */
export function byOwner<Row, Id>(rows: readonly Row[], owner: (row: Row) => Id): Map<Id, Row[]> {
  const found = new Map<Id, Row[]>();
  for (const row of rows) {
    const id = owner(row);
    const list = found.get(id);
    if (list) list.push(row);
    else found.set(id, [row]);
  }
  return found;
}
