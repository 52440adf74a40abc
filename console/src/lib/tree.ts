import { compareAddresses } from './parameters';
import type { Filter } from './pattern';

/** A place in the address space: a branch, a parameter, or both. */
export class Place {
  /** What a row says: a segment, or several if there is nothing else between them. */
  label: string;
  level = 1;
  /** Among the rows of its level, counted from 1. */
  position = 1;
  siblings = 1;
  open = true;
  /** Parameters at it and below it that pass the filter. */
  count = 0;
  readonly children = new Map<string, Place>();

  private sorted: Place[] = [];
  private added: Place[] = [];

  constructor(
    readonly name: string,
    /** Of a branch, its address; unique. */
    readonly path: string,
    readonly parent: Place | null,
    /** The parameter that is here, or null. */
    public address: string | null = null,
  ) {
    this.label = name;
  }

  get isBranch(): boolean {
    return this.children.size > 0;
  }

  child(name: string, path: string): Place {
    let child = this.children.get(name);
    if (!child) {
      child = new Place(name, path, this);
      this.children.set(name, child);
      this.added.push(child);
    }
    return child;
  }

  /** Sorted. */
  get ordered(): readonly Place[] {
    if (this.added.length > 0) {
      this.added.sort((a, b) => compareAddresses(a.name, b.name));
      this.sorted = merge(this.sorted, this.added);
      this.added = [];
    }
    return this.sorted;
  }
}

function merge(a: Place[], b: Place[]): Place[] {
  if (a.length === 0) {
    return b;
  }
  const out: Place[] = [];
  let i = 0;
  let k = 0;
  while (i < a.length && k < b.length) {
    out.push(compareAddresses(a[i]!.name, b[k]!.name) <= 0 ? a[i++]! : b[k++]!);
  }
  return out.concat(a.slice(i), b.slice(k));
}

export interface View {
  filter: Filter | null;
  /** Branches that are closed, by path. */
  closed: ReadonlySet<string>;
  /** Parameters only, with their whole address. */
  flat: boolean;
}

/** All addresses as a tree. Adding costs the number of segments; {@link rows} costs what it lists. */
export class AddressTree {
  private root = new Place('', '', null);
  size = 0;

  clear(): void {
    this.root = new Place('', '', null);
    this.size = 0;
  }

  add(address: string): void {
    let place = this.root;
    if (address.startsWith('/')) {
      let from = 1;
      for (;;) {
        const slash = address.indexOf('/', from);
        const end = slash < 0 ? address.length : slash;
        place = place.child(address.slice(from, end), address.slice(0, end));
        if (slash < 0) {
          break;
        }
        from = slash + 1;
      }
    } else {
      // Nobody forbids it. It must not be taken for the address with a slash.
      place = place.child(`\u0000${address}`, address);
    }
    if (place.address === null) {
      place.address = address;
      this.size++;
    }
  }

  /** What is to be seen, from top to bottom. The places say how. */
  rows(view: View): Place[] {
    count(this.root, view.filter);
    const rows: Place[] = [];
    if (view.flat) {
      leaves(this.root, view.filter, rows);
      rows.forEach((place, i) => {
        place.label = place.address ?? place.name;
        place.level = 1;
        place.position = i + 1;
        place.siblings = rows.length;
      });
    } else {
      list(this.root, 1, view, rows);
    }
    return rows;
  }

  /** The paths of all branches. */
  branches(): string[] {
    const paths: string[] = [];
    const visit = (place: Place) => {
      for (const child of place.children.values()) {
        if (child.isBranch) {
          paths.push(child.path);
          visit(child);
        }
      }
    };
    visit(this.root);
    return paths;
  }
}

function count(place: Place, filter: Filter | null): number {
  let n = place.address !== null && (filter === null || filter(place.address)) ? 1 : 0;
  for (const child of place.children.values()) {
    n += count(child, filter);
  }
  place.count = n;
  return n;
}

function list(parent: Place, level: number, view: View, rows: Place[]): void {
  let position = 0;
  const mine: Place[] = [];
  for (const child of parent.ordered) {
    if (child.count === 0) {
      continue;
    }
    let place = child;
    let label = place.name.replace('\u0000', '');
    // A chain without forks is one row.
    while (place.address === null && place.children.size === 1) {
      const [only] = place.children.values();
      if (!only!.isBranch) {
        break;
      }
      place = only!;
      label += `/${place.name}`;
    }
    place.label = label;
    place.level = level;
    place.position = ++position;
    place.open = !view.closed.has(place.path);
    mine.push(place);
    rows.push(place);
    if (place.isBranch && place.open) {
      list(place, level + 1, view, rows);
    }
  }
  mine.forEach((place) => (place.siblings = position));
}

function leaves(parent: Place, filter: Filter | null, rows: Place[]): void {
  for (const child of parent.ordered) {
    if (child.count === 0) {
      continue;
    }
    if (child.address !== null && (filter === null || filter(child.address))) {
      rows.push(child);
    }
    leaves(child, filter, rows);
  }
}
