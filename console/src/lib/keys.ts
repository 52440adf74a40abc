import { SCREENS } from './screens';

export interface KeyActions {
  goTo(screen: string): void;
  filter(): void;
  pause(): void;
  help(): void;
  /** The palette. */
  find(): void;
}

/** After G, so long the next key may take. */
const CHORD_MS = 1_500;

/**
 * The keys that work on every screen: Ctrl or ⌘ with K finds screens and addresses; G and a letter goes to a screen, / goes
 * to the filter, . pauses, ? shows all. A key that is typed into a box belongs to the box, any other with Ctrl, Alt or Meta
 * to the browser.
 */
export class KeyCommands {
  private chordUntil = 0;

  constructor(
    private readonly actions: KeyActions,
    /** Keys without Ctrl are wanted: who speaks to the computer, or shakes, switches them off (WCAG 2.1.4). */
    private readonly single: () => boolean = () => true,
    private readonly now: () => number = () => performance.now(),
  ) {}

  pressed(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      this.actions.find();
      return;
    }
    if (!this.single()) {
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || typing(event.target)) {
      return;
    }
    const key = event.key.toLowerCase();
    if (this.now() < this.chordUntil) {
      this.chordUntil = 0;
      const screen = SCREENS.find((s) => s.key === key);
      if (screen) {
        event.preventDefault();
        this.actions.goTo(screen.id);
        return;
      }
    }
    switch (key) {
      case 'g':
        this.chordUntil = this.now() + CHORD_MS;
        break;
      case '/':
        event.preventDefault();
        this.actions.filter();
        break;
      case '.':
        this.actions.pause();
        break;
      case '?':
        this.actions.help();
        break;
    }
  }
}

function typing(target: EventTarget | null): boolean {
  const element = target as Partial<HTMLElement> | null;
  return (
    element?.isContentEditable === true ||
    ['TEXTAREA', 'SELECT', 'DIALOG'].includes(element?.tagName ?? '') ||
    (element?.tagName === 'INPUT' &&
      !['checkbox', 'radio', 'range', 'button'].includes((element as Partial<HTMLInputElement>).type ?? 'text'))
  );
}
