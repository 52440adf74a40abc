import type { Value } from '../clasp/values';
import type { Board } from './board';
import type { Problem, Touch } from './touch';

/** A touch whose appearance a component observes; it changes at most once a frame. */
export class Bound {
  value: Value | undefined = $state.raw();
  problem: Problem | null = $state.raw(null);
  pending = $state(false);
  readonly touch: Touch | undefined;

  /**
   * @param board undefined while a layout is only edited
   * @param address empty if the control leads nowhere
   */
  constructor(
    private readonly board: Board | undefined,
    address: string,
  ) {
    if (board && address !== '') {
      this.touch = board.bind(address, (touch) => {
        this.value = touch.value;
        this.problem = touch.problem;
        this.pending = touch.pending;
      });
    }
  }

  /** What was drawn last may be a frame old; a key or a press begins from what is so now. */
  catchUp(): void {
    if (this.touch) {
      this.value = this.touch.value;
    }
  }

  close(): void {
    if (this.touch) {
      this.board?.unbind(this.touch);
    }
  }
}
