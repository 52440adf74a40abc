/** Where the 512 cells of a universe are. */
export interface Grid {
  columns: number;
  rows: number;
  /** In CSS pixels. */
  width: number;
  height: number;
}

const SLOTS = 512;
const COLUMNS = [32, 25, 20, 16, 12, 10, 8];
const NARROWEST = 34;
const ROW = 32;

/** As many columns as there is room for; touch needs larger cells. */
export function gridOf(width: number, coarse: boolean): Grid {
  const narrowest = coarse ? 40 : NARROWEST;
  const columns = COLUMNS.find((each) => width / each >= narrowest) ?? 8;
  return { columns, rows: Math.ceil(SLOTS / columns), width: width / columns, height: coarse ? 40 : ROW };
}

/** The slot at a place, from 1; 0 for none. */
export function slotAt(grid: Grid, x: number, y: number): number {
  const column = Math.floor(x / grid.width);
  const row = Math.floor(y / grid.height);
  if (column < 0 || column >= grid.columns || row < 0 || row >= grid.rows) {
    return 0;
  }
  const slot = row * grid.columns + column + 1;
  return slot <= SLOTS ? slot : 0;
}

/** All slots from one to another, in order. */
export function between(a: number, b: number): number[] {
  const low = Math.min(a, b);
  return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => low + i);
}

/** Where an arrow key leads; null if it is none. */
export function stepped(grid: Grid, slot: number, key: string): number | null {
  const to = {
    ArrowLeft: slot - 1,
    ArrowRight: slot + 1,
    ArrowUp: slot - grid.columns,
    ArrowDown: slot + grid.columns,
    Home: 1,
    End: SLOTS,
    PageUp: slot - grid.columns * 4,
    PageDown: slot + grid.columns * 4,
  }[key];
  return to === undefined ? null : Math.min(SLOTS, Math.max(1, to));
}
