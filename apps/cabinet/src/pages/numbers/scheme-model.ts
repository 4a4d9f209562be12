/** The scheme of a number as nodes and edges: pure, so that its grammar can be tested (RTE-3, UI «Schemes»). */
import type { CheckNode, NumberLine, NumberRule } from '../../api/words.ts';

export type Shape = 'number' | 'condition' | 'object' | 'end';

/** One node in the one visual grammar of forwarding, routing and IVR. */
export interface SchemeNode {
  readonly id: string;
  readonly shape: Shape;
  /** Icon of the object: `user`, `group`, `schedule`, `prefix` … */
  readonly icon: string;
  readonly title: string;
  readonly note?: string;
  /** Grey: cannot fire. */
  readonly dead?: boolean;
  /** Dashed: switched off. */
  readonly off?: boolean;
  /** What is wrong, in words: an amber dot. */
  readonly wrong?: string;
  /** Place in «Проверить маршрут»: when the imagined call comes by. */
  readonly step?: number;
  readonly column: number;
  readonly row: number;
}

interface SchemeEdge {
  readonly from: string;
  readonly to: string;
  readonly dead?: boolean;
  readonly step?: number;
}

export interface Scheme {
  readonly nodes: readonly SchemeNode[];
  readonly edges: readonly SchemeEdge[];
  readonly rows: number;
}

/** Words of the reader's language the scheme is made of. */
export interface SchemeWords {
  readonly everything: string;
  readonly end: string;
  readonly byDefault: string;
  readonly prefix: (prefixes: string) => string;
  readonly covered: string;
  readonly problem: (problem: NonNullable<NumberRule['problem']>) => string;
  readonly objectGone: string;
  readonly unnamed: (type: string) => string;
}

/** Number → priority and condition → object, a row per rule; without rules the default treatment (RTE-4). */
export function schemeOf(line: NumberLine, title: string, words: SchemeWords): Scheme {
  const rules = line.rules.toSorted((a, b) => a.priority - b.priority);
  const rows = Math.max(1, rules.length);
  const start: SchemeNode = {
    id: 'number',
    shape: 'number',
    icon: 'number',
    title,
    column: 0,
    row: (rows - 1) / 2,
  };
  if (rules.length === 0) {
    const end: SchemeNode = {
      id: 'end',
      shape: 'end',
      icon: 'end',
      title: words.end,
      note: words.byDefault,
      column: 2,
      row: 0,
    };
    return { nodes: [start, end], edges: [{ from: 'number', to: 'end' }], rows };
  }
  const nodes = rules.flatMap((rule, row) => [conditionOf(rule, row, words), objectOf(rule, row, words)]);
  const edges = rules.flatMap((rule): SchemeEdge[] => {
    const dead = !rule.active || rule.dead !== null;
    const condition = `${rule.id}:if`;
    return [
      { from: 'number', to: condition, dead },
      { from: condition, to: `${rule.id}:to`, dead },
    ];
  });
  return { nodes: [start, ...nodes], edges, rows };
}

function conditionOf(rule: NumberRule, row: number, words: SchemeWords): SchemeNode {
  const prefixes = rule.prefixes && rule.prefixes.length > 0 ? words.prefix(rule.prefixes.join(', ')) : null;
  const texts = [rule.schedule, prefixes].filter(text => text !== null);
  return {
    id: `${rule.id}:if`,
    shape: 'condition',
    icon: rule.schedule !== null ? 'schedule' : prefixes ? 'prefix' : 'everything',
    title: texts.join(' · ') || words.everything,
    note: String(rule.priority),
    column: 1,
    row,
    off: !rule.active,
    ...(rule.active && rule.dead !== null && { dead: true, wrong: words.covered }),
  };
}

function objectOf(rule: NumberRule, row: number, words: SchemeWords): SchemeNode {
  const { type, name } = rule.target;
  const ends = type === 'end';
  const gone = !ends && name === null;
  return {
    id: `${rule.id}:to`,
    shape: ends ? 'end' : 'object',
    icon: type,
    title: ends ? words.end : (name ?? words.unnamed(type)),
    column: 2,
    row,
    off: !rule.active,
    dead: rule.active && rule.dead !== null,
    ...(gone ? { wrong: words.objectGone } : rule.problem && { wrong: words.problem(rule.problem) }),
  };
}

/** The way an imagined call goes: taken steps in a row, in the order they are come by. */
export function pathScheme(path: readonly CheckNode[], shape: (kind: string) => Shape): Scheme {
  const taken = path.filter(({ verdict, depth }) => depth === 0 && verdict !== 'skipped');
  const nodes = taken.map(
    (node, i): SchemeNode => ({
      id: node.id,
      shape: node.verdict === 'end' ? 'end' : shape(node.kind),
      icon: node.kind,
      title: node.label,
      column: i,
      row: 0,
      step: i,
    }),
  );
  const edges = nodes
    .slice(1)
    .map((node, i): SchemeEdge => ({ from: nodes[i]?.id ?? '', to: node.id, step: i + 1 }));
  return { nodes, edges, rows: 1 };
}
