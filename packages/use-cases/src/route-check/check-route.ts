/** «Проверить маршрут»: where an imagined call would go, by the very functions of the line. */
import type { Result } from '@kommutator/base';
import { type CheckQuestion, type CheckStep, describe, explain } from '@kommutator/model/check';
import type { DomainSnapshot, UserConfig } from '@kommutator/model/config';
import { findExtension, findLogin, findNumber } from '@kommutator/model/lookup';
import type { Language } from '@kommutator/model/messages';
import { normalise } from '@kommutator/model/numbers';
import { accept, type Refusal, refuse } from '@kommutator/model/refusals';
import type { LiveView } from '../live/view.ts';
import type { DomainSession } from '../session.ts';
import type { Snapshots } from '../snapshots.ts';

export interface CheckAsk {
  /** Number outside, internal number or login of a user; '' = hidden. */
  readonly caller: string;
  /** Our number, or what the user dials. */
  readonly number: string;
  /** ISO 8601; null = now. */
  readonly at: string | null;
}

interface CheckNode {
  /** Place in the tree: `2.1` = first step inside the second. */
  readonly id: string;
  readonly depth: number;
  readonly kind: string;
  readonly label: string;
  readonly verdict: 'taken' | 'skipped' | 'end';
  readonly reasons: readonly {
    readonly key: string;
    readonly parameters: Readonly<Record<string, string | number>>;
    readonly text: string;
  }[];
}

export interface CheckAnswer {
  readonly path: readonly CheckNode[];
  readonly end: { readonly kind: string; readonly text: string } | null;
}

export async function checkRoute(
  { snapshots, live, now }: { readonly snapshots: Snapshots; readonly live: LiveView; readonly now: number },
  session: DomainSession,
  ask: CheckAsk,
  language: Language,
): Promise<Result<CheckAnswer, Refusal>> {
  const config = await snapshots.of(session.domain.id);
  if (!config) return refuse('object.notFound');
  const from = callerOf(config, ask.caller);
  if (!from) return refuse('field.invalid', {}, 'caller');
  const steps = explain({
    config,
    from,
    to: ask.number,
    wall: ask.at === null ? now : Date.parse(ask.at),
    directory: { domainOfNumber: digits => (findNumber(config, digits) ? config.id : null) },
    registered: user => live.presence(config.id, user).devices > 0,
  });
  const path = nodesOf(steps, language);
  const last =
    path.findLast(node => node.depth === 0 && node.verdict === 'end') ??
    path.findLast(node => node.verdict === 'end');
  return accept({ path, end: last ? { kind: last.kind, text: last.label } : null });
}

function callerOf(config: DomainSnapshot, caller: string): CheckQuestion['from'] | null {
  const text = caller.trim();
  if (text === '') return { kind: 'pstn', number: null };
  const user = userOf(config, text);
  if (user) return { kind: 'user', user };
  return normalise(text).kind === 'e164' ? { kind: 'pstn', number: text } : null;
}

function userOf(config: DomainSnapshot, text: string): UserConfig | undefined {
  const extension = findExtension(config, text);
  return extension?.kind === 'user' ? extension.user : findLogin(config, text);
}

function nodesOf(steps: readonly CheckStep[], language: Language, parent = ''): readonly CheckNode[] {
  return steps.flatMap((step, index) => {
    const id = `${parent}${index + 1}`;
    const label = describe([{ ...step, steps: [] }], language)[0]?.text ?? '';
    const kind = step.key.split('.')[0] ?? '';
    const node: CheckNode = {
      id,
      depth: parent.split('.').length - 1,
      kind,
      label,
      verdict: verdictOf(step),
      reasons: [{ key: step.key, parameters: step.params, text: label }],
    };
    return [node, ...nodesOf(step.steps, language, `${id}.`)];
  });
}

/** A rule that was not looked at is skipped, though nothing speaks against it. */
function verdictOf({ key, mark }: CheckStep): CheckNode['verdict'] {
  if (key.startsWith('end.') || key === 'target.end') return 'end';
  return mark === 'no' || key === 'rule.covered' ? 'skipped' : 'taken';
}
