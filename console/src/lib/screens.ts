import type { Component } from 'svelte';
import { screens as t } from '../strings/screens';

/** One screen of the console. */
export interface Screen {
  /** As in the address: `#/live`. */
  id: keyof typeof t.names;
  group: keyof typeof t.groups;
  /** Second key after G, to go there. */
  key: string;
  /** An icon: paths on a grid of 24 × 24, drawn with a stroke. */
  icon: string;
  /** In the bar of a telephone; the others are in its menu. */
  bar?: true;
  /** Nothing of it works without admin:/**. */
  admin?: true;
  load: () => Promise<{ default: Component<{ rest: string }> | Component }>;
}

/** In the order of the navigation. All but the first are loaded when they are looked at. */
export const SCREENS: readonly Screen[] = [
  {
    id: 'live',
    bar: true,
    group: 'watch',
    key: 'l',
    icon: 'M4 6h10M4 12h16M4 18h7',
    load: () => import('../screens/Live.svelte'),
  },
  {
    id: 'monitor',
    bar: true,
    group: 'watch',
    key: 'm',
    icon: 'M3 12h4l3-7 4 14 3-7h4',
    load: () => import('../screens/try').then(({ Monitor }) => ({ default: Monitor })),
  },
  {
    id: 'lighting',
    bar: true,
    group: 'watch',
    key: 'u',
    icon: 'M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9V15h7v-1.1A6 6 0 0 0 12 3z',
    load: () => import('../screens/connect').then(({ Lighting }) => ({ default: Lighting })),
  },
  {
    id: 'layouts',
    bar: true,
    group: 'play',
    key: 'c',
    icon: 'M6 3v18M12 3v18M18 3v18M4 8h4M10 15h4M16 6h4',
    load: () => import('../screens/play').then(({ Layouts }) => ({ default: Layouts })),
  },
  {
    id: 'cues',
    group: 'play',
    key: 't',
    icon: 'M5 4l6 4-6 4zM13 8h7M4 17h16M8 15v4M15 15v4',
    load: () => import('../screens/play').then(({ Cues }) => ({ default: Cues })),
  },
  {
    id: 'patch',
    group: 'connect',
    key: 'p',
    icon: 'M4 6h5a3 3 0 0 1 3 3v6a3 3 0 0 0 3 3h5M17 15l3 3-3 3',
    admin: true,
    load: () => import('../screens/connect').then(({ Patch }) => ({ default: Patch })),
  },
  {
    id: 'discover',
    group: 'connect',
    key: 'd',
    icon: 'M12 21a9 9 0 1 1 9-9M12 16a4 4 0 1 1 4-4M12 12l8 8',
    load: () => import('../screens/connect').then(({ Discover }) => ({ default: Discover })),
  },
  {
    id: 'sessions',
    group: 'run',
    key: 's',
    icon: 'M8 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20a6 6 0 0 1 12 0M16 4.5a3.5 3.5 0 0 1 0 6.5M17 14a6 6 0 0 1 5 6',
    admin: true,
    load: () => import('../screens/run').then(({ Sessions }) => ({ default: Sessions })),
  },
  {
    id: 'security',
    group: 'run',
    key: 'k',
    icon: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM9 12l2 2 4-4',
    admin: true,
    load: () => import('../screens/run').then(({ Security }) => ({ default: Security })),
  },
  {
    id: 'operate',
    group: 'run',
    key: 'o',
    icon: 'M4 19V9M10 19V4M16 19v-7M21 19H3',
    admin: true,
    load: () => import('../screens/run').then(({ Operate }) => ({ default: Operate })),
  },
  {
    id: 'test',
    group: 'try',
    key: 'e',
    icon: 'M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M7.5 15h9',
    load: () => import('../screens/try').then(({ Test }) => ({ default: Test })),
  },
  {
    id: 'snippets',
    group: 'try',
    key: 'x',
    icon: 'M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16',
    load: () => import('../screens/try').then(({ Snippets }) => ({ default: Snippets })),
  },
];

export function screenOf(id: string): Screen {
  return SCREENS.find((screen) => screen.id === id) ?? SCREENS[0]!;
}
