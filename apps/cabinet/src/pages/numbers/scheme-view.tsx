/** A scheme drawn by xyflow: fetched when the first scheme is opened. */
import '@xyflow/react/dist/base.css';
import { Tooltip } from '@mantine/core';
import {
  IconArrowRight,
  IconAsterisk,
  IconClock,
  IconHash,
  IconListNumbers,
  IconMessage2,
  IconPhoneCall,
  IconPhoneEnd,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconPlugConnected,
  IconRoute,
  IconTextScan2,
  IconUser,
  IconUsersGroup,
} from '@tabler/icons-react';
import { type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import { useMemo } from 'react';
import { useNarrow } from '../../design/index.ts';
import css from './scheme.module.css';
import type { Scheme, SchemeNode } from './scheme-model.ts';

const ICONS: Readonly<Record<string, typeof IconUser>> = {
  number: IconHash,
  schedule: IconClock,
  prefix: IconTextScan2,
  everything: IconAsterisk,
  user: IconUser,
  group: IconUsersGroup,
  ivr: IconListNumbers,
  scenario: IconListNumbers,
  voicemail: IconMessage2,
  privateRoute: IconPlugConnected,
  call: IconPhoneIncoming,
  dial: IconPhoneOutgoing,
  rule: IconRoute,
  target: IconArrowRight,
  contact: IconPhoneCall,
  level: IconPhoneCall,
  end: IconPhoneEnd,
};

const COLUMN = 300;
/** On a phone: two columns side by side; the number stands above the scheme. */
const COLUMN_NARROW = 184;
const ROW = 64;
const STEP_SECONDS = 0.45;

type Drawn = Node<{ readonly node: SchemeNode }, 'scheme'>;

function Drawing({ data: { node } }: NodeProps<Drawn>) {
  const Icon = ICONS[node.icon] ?? IconAsterisk;
  const delay = node.step === undefined ? undefined : { animationDelay: `${node.step * STEP_SECONDS}s` };
  const box = (
    <div
      className={css.node}
      data-shape={node.shape}
      data-dead={node.dead || undefined}
      data-off={node.off || undefined}
      data-step={node.step}
      style={delay}
    >
      {node.column > 0 && <Handle type="target" position={Position.Left} className={css.handle} />}
      {node.shape === 'condition' && node.note && <span className={css.priority}>{node.note}</span>}
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={css.label}>
        {node.title}
        {node.shape !== 'condition' && node.note && <small>{node.note}</small>}
      </span>
      {node.wrong && <span className={css.wrong} role="img" aria-label={node.wrong} />}
      <Handle type="source" position={Position.Right} className={css.handle} />
    </div>
  );
  return node.wrong ? <Tooltip label={node.wrong}>{box}</Tooltip> : box;
}

const types = { scheme: Drawing };

export default function SchemeView({ scheme, label }: { readonly scheme: Scheme; readonly label: string }) {
  const narrow = useNarrow();
  const nodes = useMemo(
    () =>
      scheme.nodes
        .filter(({ column }) => !narrow || column > 0)
        .map(
          (node): Drawn => ({
            id: node.id,
            type: 'scheme',
            position: { x: node.column * (narrow ? COLUMN_NARROW : COLUMN), y: node.row * ROW },
            data: { node },
          }),
        ),
    [scheme, narrow],
  );
  const edges = useMemo(
    () =>
      scheme.edges.map(
        (edge): Edge => ({
          id: `${edge.from}-${edge.to}`,
          source: edge.from,
          target: edge.to,
          animated: edge.step !== undefined,
          ...(edge.dead && { className: css.deadEdge ?? '' }),
        }),
      ),
    [scheme],
  );
  return (
    <section
      className={css.scheme}
      key={narrow ? 'narrow' : 'wide'}
      style={{ height: scheme.rows * ROW + 24 }}
      aria-label={label}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={types}
        fitView
        fitViewOptions={{ padding: 0.04, maxZoom: 1, minZoom: 0.45 }}
        minZoom={0.45}
        maxZoom={1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        panOnScroll={false}
        proOptions={{ hideAttribution: true }}
      />
    </section>
  );
}
