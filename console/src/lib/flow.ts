import type { Bridge } from './bridges';
import type { Status } from './status';

/** Who talks with the router, and how much. */
export interface FlowNode {
  /** {@code bridge:desk}, {@code session:…} or {@code more} */
  id: string;
  kind: 'bridge' | 'session' | 'more';
  name: string;
  /** Protocol or transport. */
  detail: string;
  state: string;
  /** Messages a second; null while it is not known. */
  rate: number | null;
}

export interface Flow {
  sources: FlowNode[];
  targets: FlowNode[];
}

/** Sessions with columns of their own; the rest is one. */
export const MOST_SESSIONS = 10;

/**
 * Bridges are sources for what their device sends and targets for what it gets; sessions likewise.
 *
 * @param self our own session
 */
export function flowOf(
  bridges: readonly Bridge[],
  rates: ReadonlyMap<string, { in: number; out: number }>,
  status: Status | null,
  sessions: ReadonlyMap<string, { messagesIn: number; messagesOut: number }>,
  self: string,
): Flow {
  const sources: FlowNode[] = [];
  const targets: FlowNode[] = [];
  for (const bridge of bridges) {
    const rate = rates.get(bridge.name);
    const node = (of: number | undefined): FlowNode => ({
      id: `bridge:${bridge.name}`,
      kind: 'bridge',
      name: bridge.name,
      detail: bridge.protocol,
      state: bridge.state,
      rate: of ?? null,
    });
    const direction = bridge.definition.direction ?? 'both';
    if (direction !== 'out') {
      sources.push(node(rate?.in));
    }
    if (direction !== 'in') {
      targets.push(node(rate?.out));
    }
  }
  const names = new Set(bridges.map((bridge) => `bridge:${bridge.name}`));
  // A bridge beside the router has a session, and is there already.
  const all = (status?.sessions ?? []).filter(
    (session) => session.id !== self && !(session.transport === 'local' && names.has(session.name)),
  );
  all.sort((a, b) => a.connected.localeCompare(b.connected) || a.id.localeCompare(b.id));
  const shown = all.slice(0, MOST_SESSIONS);
  for (const session of shown) {
    const rate = sessions.get(session.id);
    const node = (of: number | undefined): FlowNode => ({
      id: `session:${session.id}`,
      kind: 'session',
      name: session.name || session.id.slice(0, 8),
      detail: session.transport,
      state: 'running',
      rate: of ?? null,
    });
    sources.push(node(rate?.messagesIn));
    targets.push(node(rate?.messagesOut));
  }
  const rest = all.slice(MOST_SESSIONS);
  if (rest.length > 0) {
    const sum = (of: 'messagesIn' | 'messagesOut') =>
      rest.reduce((total, session) => total + (sessions.get(session.id)?.[of] ?? 0), 0);
    const node = (rate: number): FlowNode => ({
      id: 'more',
      kind: 'more',
      name: String(rest.length),
      detail: '',
      state: 'running',
      rate,
    });
    sources.push(node(sum('messagesIn')));
    targets.push(node(sum('messagesOut')));
  }
  return { sources, targets };
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  hub: Box;
  sources: Box[];
  targets: Box[];
}

const ROW = 46;
const BOX = 36;

/** Three columns in a width: as many rows as the longer side needs, the shorter one in the middle. */
export function layoutOf(flow: Flow, width: number): Layout {
  const rows = Math.max(1, flow.sources.length, flow.targets.length);
  const height = rows * ROW + 10;
  const column = Math.max(104, Math.min(230, width * 0.31));
  const hubWidth = Math.max(56, Math.min(130, width * 0.16));
  const side = (count: number, x: number): Box[] =>
    Array.from({ length: count }, (_, i) => ({
      x,
      y: height / 2 + (i - count / 2) * ROW + (ROW - BOX) / 2,
      width: column,
      height: BOX,
    }));
  return {
    width,
    height,
    hub: { x: width / 2 - hubWidth / 2, y: Math.max(5, height / 2 - 60), width: hubWidth, height: Math.min(120, height - 10) },
    sources: side(flow.sources.length, 1),
    targets: side(flow.targets.length, width - column - 1),
  };
}

/** A line from the right edge of a box to the left edge of another; ends at the hub are spread. */
export function linkOf(from: Box, to: Box, part: number, atHub: 'from' | 'to'): string {
  const spread = (box: Box) => box.y + box.height * (0.15 + 0.7 * part);
  const x1 = from.x + from.width;
  const y1 = atHub === 'from' ? spread(from) : from.y + from.height / 2;
  const x2 = to.x;
  const y2 = atHub === 'to' ? spread(to) : to.y + to.height / 2;
  const bend = (x2 - x1) / 2;
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}C${(x1 + bend).toFixed(1)} ${y1.toFixed(1)} ${(x2 - bend).toFixed(1)} ${y2.toFixed(1)} ${x2.toFixed(1)} ${y2.toFixed(1)}`;
}

/** Pixels for a rate: nothing is thin, thousands are thick. */
export function thickness(rate: number | null): number {
  return rate === null || rate <= 0 ? 1 : Math.min(9, 1.5 + 2 * Math.log10(1 + rate));
}
