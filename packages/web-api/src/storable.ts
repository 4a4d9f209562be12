/** Nothing of ours is nested deeper; who sends more wants to see a stack overflow. */
const DEEPEST = 32;

/** Whether a value of a request holds no NUL, which no text of the database may, and no abyss: for every endpoint. */
export function storable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  if (depth === DEEPEST) return false;
  return Object.entries(value).every(([name, part]) => !name.includes('\0') && storable(part, depth + 1));
}
