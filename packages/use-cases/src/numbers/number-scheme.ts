/** One number as a scheme to be drawn (UI.md «Schemes»): number → conditions → objects, with what cannot fire and why. */
import type { Result } from '@kommutator/base';
import type { Language } from '@kommutator/model/messages';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import type { DomainSession } from '../session.ts';
import type { Snapshots } from '../snapshots.ts';
import { type NumberItem, numberItem, type RuleItem } from './list-numbers.ts';

interface SchemeNode {
  readonly id: string;
  readonly kind: 'number' | 'condition' | 'object' | 'end';
  /** Place of the rule; null = of the number itself. */
  readonly priority: number | null;
  readonly rule: string | null;
  /** Conditions of the node; null without one. */
  readonly schedule: string | null;
  readonly prefixes: readonly string[] | null;
  readonly target: RuleItem['target'] | null;
  readonly look: 'normal' | 'off' | 'dead';
  readonly problem: RuleItem['problem'];
}

export interface NumberScheme {
  readonly number: NumberItem;
  readonly nodes: readonly SchemeNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

const NOTHING = {
  priority: null,
  rule: null,
  schedule: null,
  prefixes: null,
  target: null,
  look: 'normal',
  problem: null,
} as const;

export async function numberScheme(
  { snapshots }: { readonly snapshots: Snapshots },
  session: DomainSession,
  id: string,
  language: Language,
): Promise<Result<NumberScheme, Refusal>> {
  const config = await snapshots.of(session.domain.id);
  const found = config?.numbers.find(number => number.id === id);
  if (!config || !found) return refuse('object.notFound');
  const number = numberItem(config, found, language);
  const nodes: SchemeNode[] = [{ ...NOTHING, id: 'number', kind: 'number' }];
  const edges: { from: string; to: string }[] = [];
  for (const rule of number.rules) {
    const shared = { priority: rule.priority, rule: rule.id, look: lookOf(rule) };
    const [condition, object] = [`condition-${rule.id}`, `object-${rule.id}`];
    nodes.push(
      {
        ...NOTHING,
        ...shared,
        id: condition,
        kind: 'condition',
        schedule: rule.schedule,
        prefixes: rule.prefixes,
      },
      {
        ...NOTHING,
        ...shared,
        id: object,
        kind: rule.target.type === 'end' ? 'end' : 'object',
        target: rule.target,
        problem: rule.problem,
      },
    );
    edges.push({ from: 'number', to: condition }, { from: condition, to: object });
  }
  // A number without rules that fit ends the call (RTE-4).
  nodes.push({ ...NOTHING, id: 'default', kind: 'end' });
  edges.push({ from: 'number', to: 'default' });
  return accept({ number, nodes, edges });
}

const lookOf = ({ active, dead }: RuleItem): SchemeNode['look'] => {
  if (!active) return 'off';
  return dead === null ? 'normal' : 'dead';
};
